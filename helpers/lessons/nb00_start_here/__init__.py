"""Notebook 00: a two-minute part."""

ORDER = ("hello",)
