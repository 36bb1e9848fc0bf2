"""Let the broken clients talk to the offline API through the tap, and keep what it records.

python -m helpers.lessons.nb11_sdk_and_openai.broken_clients
"""

import asyncio
import signal
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import httpx

from helpers.lessons.nb11_sdk_and_openai.broken_clients import CLIENTS, recording
from helpers.mock.server import start_server
from helpers.mock.settings import Settings
from helpers.session.session import API_VERSION, MOCK_KEY

__all__ = ["main", "record"]

STOP = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)  # the first only on Windows
NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
SECONDS = 30


def record(folder: Path) -> None:
    """Make all recordings in this folder."""
    with start_server() as server:
        for letter, name in CLIENTS.items():
            client = import_module(f"{__package__}.{name}")
            server.configure(Settings.from_json(client.SETTINGS))
            tap = start_tap(server.base_url, folder / f"{letter}.jsonl")
            try:
                assert tap.stdout is not None
                asyncio.run(run(client.run, tap.stdout.readline().strip()))
                tap.send_signal(STOP)
                tap.communicate(timeout=SECONDS)
            finally:
                tap.kill()
                tap.communicate()


def start_tap(upstream: str, path: Path) -> "subprocess.Popen[str]":
    """Start a tap that records in this file."""
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.mock.tap", "--upstream", upstream, "--out", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        creationflags=NEW_GROUP,
    )


async def run(client: object, base_url: str) -> None:
    """Run one client against this address."""
    assert callable(client)
    headers = {"authorization": f"Bearer {MOCK_KEY}", "anthropic-version": API_VERSION}
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=SECONDS, trust_env=False
    ) as http:
        await client(http)


def main() -> int:
    """Make the recordings again; return an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder))
        for letter in CLIENTS:
            made = (Path(folder) / f"{letter}.jsonl").read_bytes()
            recording(letter).write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
