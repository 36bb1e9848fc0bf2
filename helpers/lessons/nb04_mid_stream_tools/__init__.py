"""Notebook 04: tools that run while the answer still streams."""

TITLE = "Tools in mid-stream"
TURNS = "ToolCall ─▶ tool_result"
MINUTES = (35, 50)
ORDER = ("predict_walls", "may_start", "thaw", "dispatch")
