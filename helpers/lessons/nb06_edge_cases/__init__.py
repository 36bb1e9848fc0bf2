"""Notebook 06: what stays of a turn that broke off."""
