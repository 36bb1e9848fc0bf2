"""Notebook 12: an agent behind a server."""

TITLE = "A page for your agent"
TURNS = "AgentEvents ─▶ a web page"
MINUTES = (50, 40)
ORDER = ("sse_bytes", "replay_from", "on_time", "while_read")
