"""The messages of a conversation, and what is wrong with them."""
