"""Every place at which a stream can be cut, and what a client makes of it."""
