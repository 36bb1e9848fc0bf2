"""The offline API as a child process that ends when its parent does."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from .settings import Fault, Settings, SettingsError

ROOT = Path(__file__).parents[2]


class MockServer:
    """A running offline API; made by `start_server`.

    base_url: its address, for example "http://127.0.0.1:40123".
    """

    def __init__(self, process: subprocess.Popen[str], base_url: str) -> None:
        self.process = process
        self.base_url = base_url

    def configure(self, settings: Settings) -> None:
        """Make these the settings of every answer from now on."""
        self._ask("PUT", "/mock/settings", settings.to_json())

    def break_streams(self, fault: Fault | None = None) -> int:
        """Break every answer that is under way; return how many there were.

        fault: how, by default with a reset; also drop, close or stall.
        """
        struck = self._ask("POST", "/mock/break", (fault or Fault("reset")).to_json())["struck"]
        return int(struck)

    def _ask(self, method: str, path: str, data: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=10)
        try:
            connection.request(method, path, json.dumps(data))
            response = connection.getresponse()
            body: dict[str, Any] = json.load(response)
        finally:
            connection.close()
        if response.status != 200:
            raise SettingsError(body["error"]["message"])
        return body

    def close(self) -> None:
        """Stop the server; harmless when it has stopped already."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def start_server(settings: Settings | None = None) -> MockServer:
    """Start the offline API on a free port of this machine and return it once it listens.

    It runs in a session of its own, so that interrupting a cell doesn't stop it, and ends when
    its standard input does, so that it can't outlive this process.

    Raises RuntimeError if it doesn't start.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.mock", "--parent-pipe"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same, on Windows
    )
    assert process.stdout is not None
    server = MockServer(process, process.stdout.readline().strip())
    if not server.base_url:
        server.close()
        raise RuntimeError(
            f"The offline API did not start (exit code {process.returncode}); "
            "`python -m helpers.mock` in the course's folder shows why."
        )
    if settings is not None:
        server.configure(settings)
    return server
