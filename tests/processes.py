"""What a process holds, and whether it has ended."""

from contextlib import suppress
from typing import Any

import psutil


def has_ended(pid: int) -> bool:
    """Say whether a process has ended, even if nobody has waited for it yet."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def connections_to(port: int | None) -> list[Any]:
    """Return the connections of this process, open here, to a port of this machine."""
    found = psutil.Process().net_connections("tcp4")
    return [one for one in found if one.raddr and one.raddr.port == port and one.fd != -1]
