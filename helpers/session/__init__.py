"""Where requests go and what they cost: the switch, the clients, the meter."""
