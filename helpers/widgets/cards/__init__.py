"""A run as cards: text, thinking and tools, an agent a lane."""
