"""Notebook 11: an agent behind a server."""
