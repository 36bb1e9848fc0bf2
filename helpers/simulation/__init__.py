"""Runs on a virtual clock, behind views and exercises."""
