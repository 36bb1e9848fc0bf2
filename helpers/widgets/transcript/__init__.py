"""A streamed answer as it is written."""
