"""Notebook 09: what a user interface says of tools, teams, progress and cost."""

TITLE = "What a UI tells"
TURNS = "AgentEvents ─▶ progress, cost, a trace"
MINUTES = (30,)
ORDER = ("bill",)
