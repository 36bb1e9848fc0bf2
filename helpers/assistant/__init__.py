"""The ready-made agent's tools, and the options that every command with an agent takes."""
