"""Waiting for a server that another process starts."""

import socket
import time


def wait_until_it_listens(port: int) -> None:
    """Wait for the moment between telling the address, as Jupyter does, and listening on it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
