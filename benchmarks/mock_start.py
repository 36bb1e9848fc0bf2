"""How long the offline API takes to start, beside what any server on uvicorn takes.

    python benchmarks/mock_start.py [starts]

Measured from starting the process to the first answered request. The floor is a process that
imports uvicorn and the YAML reader and ends: less is not possible without another server.
The two take turns, so that a busy machine disturbs both alike.
"""
# ruff: noqa: T201

import http.client
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.mock.server import start_server


def start_and_ask() -> float:
    """Return the seconds from starting the offline API to its first answer."""
    began = time.perf_counter()
    with start_server() as server:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connection.request("GET", "/mock/settings")
        connection.getresponse().read()
        took = time.perf_counter() - began
        connection.close()
    return took


def import_floor() -> float:
    """Return the seconds that a process takes which only imports what a server needs."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import uvicorn, yaml"], check=True)
    return time.perf_counter() - began


def main(starts: int = 11) -> None:
    """Print the medians and their ratio."""
    pairs = [(start_and_ask(), import_floor()) for _ in range(starts)]
    ours, floor = (statistics.median(times) for times in zip(*pairs, strict=True))
    slowest = max(mine for mine, _ in pairs)
    print(
        f"offline API to its first answer  {ours * 1000:6.0f} ms  (slowest {slowest * 1000:.0f} ms)"
    )
    print(f"import uvicorn, yaml             {floor * 1000:6.0f} ms")
    print(f"ratio                            {ours / floor:6.2f}     median of {starts} starts")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
