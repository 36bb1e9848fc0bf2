"""Notebook 09: thinking, and answers that are data."""
