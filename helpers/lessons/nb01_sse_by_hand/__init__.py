"""Notebook 01: a decoder of server-sent events."""

ORDER = ("sse",)
