"""Answers that are data: JSON by a schema, and its fields while they are written."""
