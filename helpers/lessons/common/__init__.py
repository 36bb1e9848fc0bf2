"""What lessons share: verdicts by letters, a server for as long as a block lasts."""
