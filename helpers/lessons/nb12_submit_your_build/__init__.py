"""Notebook 12: the parts put together."""
