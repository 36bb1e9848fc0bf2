"""Other APIs, told in the same events; and which models there are at what price."""
