"""Notebook 07: retries and timeouts."""
