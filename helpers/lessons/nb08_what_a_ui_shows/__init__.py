"""Notebook 08: text in a user interface: a queue, Markdown, sentences, a file."""

TITLE = "What a UI shows"
TURNS = "AgentEvents ─▶ lines, sentences, a file"
MINUTES = (60,)
ORDER = ("coalesce", "dangerous", "sentences")
