"""Answers that no scenario holds: calls of a learner's own tools, JSON by a schema."""
