"""What arrived on the wire, chunk by chunk, and what an SSE decoder makes of it."""
