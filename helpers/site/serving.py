"""Serves a folder on this machine, with the headers that a kernel in a tab can use."""

import functools
import http.server

__all__ = ["HEADERS", "make_server"]

# With both, a page may share memory with its workers; without them the course runs, too.
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
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
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **KINDS}

    def end_headers(self) -> None:
        """Add the headers."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")  # asked for again, and not sent again
        super().end_headers()

    def log_message(self, *parts: object) -> None:
        """Say nothing: a page asks for hundreds of files."""


def make_server(folder: str, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of a folder, on loopback; `serve_forever` starts it.

    Args:
        folder: what is served.
        port: where it listens; 0 takes a free one.

    Raises:
        OSError: it can't listen there.
    """
    handler = functools.partial(_Handler, directory=folder)
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
