"""Notebook 07: retries and timeouts."""

TITLE = "Retries and timeouts"
TURNS = "failure ─▶ seconds to wait, or none"
MINUTES = (35, 40)
ORDER = ("retry_or_not", "watchdog", "retry")
