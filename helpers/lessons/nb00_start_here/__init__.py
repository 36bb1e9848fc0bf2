"""Notebook 00: a two-minute part."""

TITLE = "Start here"
TURNS = "your machine, and a first exercise"
MINUTES = (10,)
ORDER = ("hello",)
