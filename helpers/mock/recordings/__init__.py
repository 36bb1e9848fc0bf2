"""A recording: what went over the wire between a client and an API, in a file a person can read.

One JSON object a line, in the order in which things happened. The first line says that this is a
recording; each other belongs to one exchange, by its number:

    {"exchange": 1, "request": {"method": "POST", "path": "/v1/messages", "json": {...}, ...}}
    {"exchange": 1, "response": {"at": 0.21, "status": 200, "headers": {...}}}
    {"exchange": 1, "at": 0.35, "text": "event: message_start\\n..."}   a network chunk
    {"exchange": 1, "at": 0.36, "base64": "8J+R"}                      one that is no whole text
    {"exchange": 1, "note": "Event 7 (...): ..."}                      a violation of the protocol
    {"exchange": 1, "end": "complete", "at": 1.9}

Times are in seconds since the request. The tap writes such files; the offline API replays them.

    exchange.py  one request and its response
    reader.py    reads a recording, and names each mistake in it
    replay.py    which recorded exchange answers a request
    scrub.py     keeps keys out of a recording
    writer.py    writes a recording while things happen
"""

from .exchange import Exchange
from .reader import RecordingError, read
from .replay import find
from .writer import Writer

__all__ = ["Exchange", "RecordingError", "Writer", "find", "read"]
