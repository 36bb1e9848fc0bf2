"""Notebook 05: the agent's loop."""
