"""Notebook 02: from an open connection to text."""
