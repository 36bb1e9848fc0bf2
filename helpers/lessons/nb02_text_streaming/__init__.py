"""Notebook 02: from an open connection to text."""

TITLE = "Text, as it arrives"
TURNS = "ServerSentEvent ─▶ event ─▶ text"
MINUTES = (40,)
ORDER = ("text",)
