"""Two answers to one question, streamed and whole, beside each other."""
