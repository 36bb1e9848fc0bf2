"""Notebook 03: from events to one message."""

TITLE = "Tools, in pieces of JSON"
TURNS = "event ─▶ message, ToolCall"
MINUTES = (30, 50)
ORDER = ("usage", "find_the_bug", "whole_or_cut", "message")
