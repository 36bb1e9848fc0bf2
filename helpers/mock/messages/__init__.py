"""The Messages API: which content answers a conversation, and how it is told."""
