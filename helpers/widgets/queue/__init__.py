"""What waits between a fast stream and a slow consumer."""
