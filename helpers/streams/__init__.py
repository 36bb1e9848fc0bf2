"""Between a stream and its consumer: bounded queues, a file, or the whole message at once."""

from helpers.lazy_names import offer_names

__all__ = [
    "BoundedQueue",
    "BrokenOff",
    "final_message",
    "through",
    "write_text",
]

__getattr__ = offer_names(
    __name__,
    {
        "BoundedQueue": "backpressure",
        "BrokenOff": "to_file",
        "final_message": "final",
        "through": "backpressure",
        "write_text": "to_file",
    },
)
