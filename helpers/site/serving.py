"""Serves a folder on this machine, as any web server would.

Without the two headers that isolate a page (COOP, COEP): with them JupyterLite's kernel speaks to
its page in another way, in which it stood still in our trials.
"""

import functools
import http.server
import sys
from typing import Any

__all__ = ["HEADERS", "make_server"]

# A file is asked for again, and not sent again if it is the same: nobody sees an old edition.
HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}

KINDS = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".ipynb": "application/json",
    ".whl": "application/octet-stream",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | KINDS

    def end_headers(self) -> None:
        """Add the site's own."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *parts: object) -> None:
        """Say nothing: a page asks for hundreds of files."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that leaves in the middle."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def make_server(folder: str, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of a folder, on loopback; `serve_forever` starts it.

    Args:
        folder: what is served.
        port: where it listens; 0 takes a free one.

    Raises:
        OSError: it can't listen there.
    """
    handler = functools.partial(_Handler, directory=folder)
    return _Server(("127.0.0.1", port), handler)
