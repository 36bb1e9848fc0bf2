"""Notebook 03: from events to one message."""
