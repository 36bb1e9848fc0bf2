"""Between a stream and its consumer: bounded queues, a file, or the whole message at once."""

from helpers.streams.final import final_message

__all__ = ["final_message"]
