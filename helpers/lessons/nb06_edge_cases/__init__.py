"""Notebook 06: what stays of a turn that broke off."""

TITLE = "What breaks in production"
TURNS = "a cut turn ─▶ history"
MINUTES = (40, 45)
ORDER = ("poisoned", "stoppable", "recovery")
