"""Notebook 01: a decoder of server-sent events."""

TITLE = "Server-sent events, by hand"
TURNS = "bytes ─▶ ServerSentEvent"
MINUTES = (45,)
ORDER = ("sse",)
