"""Notebook 10: the SDKs, and OpenAI's APIs."""
