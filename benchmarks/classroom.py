"""A class of forty: from a learner's act to the board, and what the server takes.

    python3 course.py bench classroom

Forty seats act at random moments for some seconds, over real sockets; a board reads its stream.
"""

# ruff: noqa: T201

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

SEATS, SECONDS, PAUSE = 40, 20.0, 2.0  # each seat acts every two seconds, far more than people do
REST_SECONDS = 10.0


async def measure(address: str, key: str, code: str, server: psutil.Process) -> None:
    """Print the figures."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=address, trust_env=False, timeout=60, limits=limits
    ) as http:
        joined = [
            await http.post("/seats", json={"code": code, "name": f"Seat {number}"})
            for number in range(SEATS)
        ]
        secrets = [answer.json()["secret"] for answer in joined]
        sent: dict[str, float] = {}
        waits: list[float] = []
        reading = asyncio.create_task(read_board(http, key, sent, waits))
        orders = [asyncio.create_task(read_orders(http, secret)) for secret in secrets]
        await asyncio.sleep(1)
        before = server.cpu_times()
        acting = [act(http, secret, number, sent) for number, secret in enumerate(secrets)]
        await asyncio.gather(*acting)
        busy = server.cpu_times()
        await asyncio.sleep(REST_SECONDS)
        rest = server.cpu_times()
        for task in (reading, *orders):
            task.cancel()
        await asyncio.gather(reading, *orders, return_exceptions=True)
    waits.sort()
    share = [
        100 * (after.user + after.system - first.user - first.system) / seconds
        for first, after, seconds in ((before, busy, SECONDS), (busy, rest, REST_SECONDS))
    ]
    print(f"{len(waits)} acts of {SEATS} seats reached the board")
    print(f"median {1000 * statistics.median(waits):.0f} ms")
    print(f"95th percentile {1000 * waits[int(0.95 * len(waits))]:.0f} ms")
    print(f"the server: {share[0]:.1f} % of a core at work, {share[1]:.1f} % at rest, ", end="")
    print(f"{server.memory_info().rss / 1e6:.0f} MB")


async def act(http: httpx.AsyncClient, secret: str, number: int, sent: dict[str, float]) -> None:
    """Act as one seat: each time in another section, so that the board shows which act it was."""
    headers = {"authorization": f"Bearer {secret}"}
    end = time.monotonic() + SECONDS
    count = 0
    await asyncio.sleep(random.random() * PAUSE)
    while time.monotonic() < end:
        count += 1
        place = {"kind": "at", "notebook": "01_sse_by_hand", "section": count}
        sent[f"Seat {number} {count}"] = time.monotonic()
        await http.post("/acts", headers=headers, json=[{"number": count, **place}])
        await asyncio.sleep(PAUSE)


async def read_board(
    http: httpx.AsyncClient, key: str, sent: dict[str, float], waits: list[float]
) -> None:
    """Note how long each act took to the board."""
    headers = {"authorization": f"Bearer {key}"}
    async with http.stream("GET", "/board", headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                now = time.monotonic()
                for seat in json.loads(line.removeprefix("data: "))["seats"]:
                    if seat["at"] and (at := sent.pop(f"{seat['name']} {seat['at'][1]}", None)):
                        waits.append(now - at)


async def read_orders(http: httpx.AsyncClient, secret: str) -> None:
    """Listen as a seat does."""
    headers = {"authorization": f"Bearer {secret}"}
    async with http.stream("GET", "/orders", headers=headers) as response:
        async for _ in response.aiter_raw():
            pass


def main() -> None:
    """Start a class, let forty seats act, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "helpers.classroom", "--no-browser", "--port", "0"),
                *("--file", str(Path(folder) / "class.sqlite")),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        try:
            assert process.stdout is not None
            lines = process.stdout.readline() + process.stdout.readline()
            found = re.search(r"(http://\S+)/#(\S+)[^#]*#(\w+)", lines)
            assert found is not None, lines
            asyncio.run(measure(found[1], found[2], found[3], psutil.Process(process.pid)))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
