"""The agent on web pages: one answer, many readers, each of whom may leave.

    run_agent ──▶ Encoder ──▶ Run ──▶ readers: an event stream or a WebSocket each
                  (wire.py)  (runs.py)

Read it in this order:

    wire.py           what the agent does, in the few words that a page understands, and those
                      words as the bytes of an event stream; no sockets, no clocks
    requests.py       what a browser asks for, held to what may be asked; no sockets either
    runs.py           answers under way, and who reads them
    event_stream.py   a response that goes on for as long as its reader stays
    with_fastapi.py   all of it behind FastAPI; with_websocket.py is its WebSocket
    with_flask.py     the same behind Flask, which has threads; background.py is their event loop
    serving.py        either of them, started beside a notebook or a test
    pages/            what a person sees: plain HTML, CSS and JavaScript, without a build step
    vendor.py         fetches the two packages of React that one of the pages uses
"""

from helpers.lazy_names import offer_names

__all__ = [
    "make_app",
]

__getattr__ = offer_names(
    __name__,
    {
        "make_app": "with_fastapi",
    },
)
