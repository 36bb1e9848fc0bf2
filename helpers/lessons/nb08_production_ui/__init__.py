"""Notebook 08: what a user interface needs."""

TITLE = "A face that keeps up"
TURNS = "AgentEvents ─▶ what a person sees"
MINUTES = 45
ORDER = ("coalesce", "dangerous", "sentences", "bill")
