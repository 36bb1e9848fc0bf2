"""What the three front ends of one run show."""
