"""The agent in the terminal: its screen, its events in words, a conversation."""
