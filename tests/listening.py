"""Waiting for what another process brings: a server, a file."""

import socket
import time
from pathlib import Path


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


def wait_for_file(path: Path) -> None:
    """Wait until there is such a file."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"there is still no {path.name}"
        time.sleep(0.05)
