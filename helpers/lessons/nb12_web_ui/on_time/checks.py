"""The letters of `on_time`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter(
        "A",
        "FastAPI sends what a generator yields; the browser reads it straight from there",
        True,
        "distrusts-generators",
    ),
    Letter(
        "B",
        "the same, behind an nginx with its default settings; the server sends no header for nginx",
        False,
        "forgets-the-proxy",
    ),
    Letter("C", "the same, with `X-Accel-Buffering: no`", True, "distrusts-the-header"),
    Letter(
        "D",
        "the server collects the events in a list, and sends that as JSON, in many chunks",
        False,
        "takes-chunks-for-streaming",
    ),
    Letter(
        "E",
        "a middleware compresses the stream, and sends bytes only when a block is full",
        False,
        "forgets-compression",
    ),
    Letter(
        "F",
        "a middleware compresses the stream, and flushes it after each event",
        True,
        "distrusts-all-compression",
    ),
    Letter(
        "G",
        "Flask in one process with one thread; somebody else reads another stream just now",
        False,
        "counts-on-another-thread",
    ),
    Letter(
        "H",
        "a tool runs for two minutes, the proxy closes the connection after a minute without a "
        "byte, and the server sends a comment every 15 seconds",
        True,
        "forgets-heartbeats",
    ),
)
CASES = make_cases("ON_TIME", "way", LETTERS)
