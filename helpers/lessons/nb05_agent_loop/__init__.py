"""Notebook 05: the agent's loop."""

TITLE = "Turn after turn"
TURNS = "tool_result ─▶ the next turn"
MINUTES = (25, 45)
ORDER = ("results_message", "last_turn", "loop")
