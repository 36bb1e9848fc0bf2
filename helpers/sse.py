"""Server-sent events: bytes in, events out, whatever the network did to them.

    chunk ──▶ complete lines ──▶ fields ──▶ one event at each blank line

The decoder does no I/O and knows no clock: whoever reads the socket calls
`feed` with each chunk and gets the events that this chunk completed.

It follows the event stream format of the WHATWG HTML standard, section 9.2.
"""

from typing import NamedTuple

__all__ = ["EventTooLarge", "SSEDecoder", "ServerSentEvent"]

# A peer that never ends a line would otherwise fill the memory. The longest events
# of the Messages API carry whole search results: some hundred kilobytes.
MAX_EVENT_BYTES = 16 * 1024 * 1024

MAX_STRAYS = 64 * 1024  # characters

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# As a number, which `in` finds faster than b"\r": chunks of one event take a tenth less time.
CARRIAGE_RETURN = ord("\r")


class ServerSentEvent(NamedTuple):
    """One dispatched event: its name, its data lines joined, the last id seen."""

    event: str
    data: str
    id: str = ""


# Does what ServerSentEvent(name, data, id) does, without its detour through Python code: decoding
# takes a tenth less time (benchmarks/sse_decoding.py, in chunks of 1 KiB and more).
make_event = tuple.__new__


class EventTooLarge(ValueError):
    """One event grew past the limit; the stream can't be read any further."""


class SSEDecoder:
    """Turn the chunks of an event stream into server-sent events.

    Attributes:
        max_event_bytes: limit for the lines of one event together, in bytes.
        last_event_id: what a client would send as Last-Event-ID to resume.
        retry: the reconnection time that the server asked for, in milliseconds.
        comments: how many comments came: they say only that the server is still there.
        strays: the beginning of what came in no field; some servers put errors there.
    """

    def __init__(self) -> None:
        self.max_event_bytes = MAX_EVENT_BYTES
        self.last_event_id = ""
        self.retry: int | None = None
        self.comments = 0
        self.strays = ""
        self._at_start = True  # a byte order mark may still come
        self._skip_lf = False  # the last chunk ended in CR: LF would be its other half
        self._line = bytearray()  # the start of a line whose end has not come yet
        # The event that is being collected:
        self._event = ""
        self._data: list[str] = []
        self._id = ""
        self._size = 0

    @property
    def pending(self) -> bytes:
        """The bytes held back because their line has not ended yet."""
        return bytes(self._line)

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream; return the events they complete.

        Args:
            chunk: any number of bytes, cut anywhere, also inside a character.

        Raises:
            EventTooLarge: one event is larger than the limit. Events that came
                before it are returned first; every later call raises.
        """
        events: list[ServerSentEvent] = []
        data, size = self._data, self._size  # in the loop, locals are faster than attributes
        for line in self._complete_lines(chunk):
            if line:
                size += len(line)
                # Only whole lines are decoded, so no character is ever cut in two.
                name, colon, value = line.decode("utf-8", "replace").partition(":")
                value = value.removeprefix(" ")
                match name:
                    case "data":
                        data.append(value)
                    case "event":
                        self._event = value
                    case "id" if "\0" not in value:
                        self._id = value
                    case "retry" if value.isascii() and value.isdigit() and len(value) < 16:
                        self.retry = int(value)
                    case "":
                        self.comments += 1
                    case _ if len(self.strays) < MAX_STRAYS:  # otherwise it is ignored
                        self.strays += f"{name}{colon}{value}\n"
                continue
            # A blank line ends the event.
            if size > self.max_event_bytes:
                break  # for good: nothing resets the size any more
            size = 0
            self.last_event_id = self._id
            if data:  # without data there is nothing to dispatch
                fields = (self._event or "message", "\n".join(data), self._id)
                events.append(make_event(ServerSentEvent, fields))
                data.clear()
            self._event = ""
        self._size = size
        if size + len(self._line) > self.max_event_bytes and not events:
            raise EventTooLarge(
                f"one server-sent event is larger than {self.max_event_bytes:,} bytes; "
                "is this an event stream at all?"
            )
        return events

    def _complete_lines(self, chunk: bytes) -> list[bytes]:
        """Return the lines that this chunk completes and keep the rest."""
        if self._at_start or self._skip_lf or CARRIAGE_RETURN in chunk:
            chunk = self._with_lf_only(chunk)
        # On str, splitlines would also split at U+2028 and seven other characters, which
        # JSON may contain as they are.
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._line:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        self._line += rest
        return lines

    def _with_lf_only(self, chunk: bytes) -> bytes:
        """Drop a byte order mark at the start, and make each line end a LF."""
        if not chunk:
            return chunk
        if self._at_start:
            chunk = bytes(self._line) + chunk
            self._line.clear()
            self._at_start = chunk in (BYTE_ORDER_MARK[:1], BYTE_ORDER_MARK[:2])
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
        if self._skip_lf:
            chunk = chunk.removeprefix(b"\n")
        self._skip_lf = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
