"""Notebook 10: thinking, and answers that are data."""

TITLE = "Thinking and structured output"
TURNS = "text ─▶ thinking, fields of a form"
MINUTES = (45, 40)
ORDER = ("sealed", "tags", "commit", "outcome")
