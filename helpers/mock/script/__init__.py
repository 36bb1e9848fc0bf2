"""What an answer can hold, and the files that say it."""
