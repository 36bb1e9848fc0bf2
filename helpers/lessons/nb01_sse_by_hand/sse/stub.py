from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    """One event: its name, its data, and the last id seen."""

    event: str
    data: str
    id: str = ""


class SSEDecoder:
    """Turn the chunks of an event stream into events."""

    def __init__(self) -> None:
        # What must be remembered from one chunk to the next?
        ...

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream; return the events they complete."""
        ...
