"""Notebook 08: what a user interface needs."""
