"""Notebook 04: tools that run while the answer still streams."""
