"""Loaded by every Python of a guarded run: notes each connection, refuses those that leave."""

import os
import sys

LOG = os.environ["CONNECTION_LOG"]
LOOPBACK = ("127.0.0.1", "::1", "localhost", None, "")


def watch(event: str, arguments: tuple) -> None:
    match event:
        case "socket.connect" | "socket.sendto" if isinstance(arguments[1], tuple):
            host = arguments[1][0]
        case "socket.getaddrinfo":
            host = arguments[0]
        case _:
            return
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(f"{host}\n")
    if host not in LOOPBACK:
        raise PermissionError(f"{event} to {host}: this run may only reach loopback")


sys.addaudithook(watch)
