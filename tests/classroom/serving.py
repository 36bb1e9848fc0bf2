"""A class's server as `course.py class` starts it: a program, on a free port."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Served:
    """A class that is served.

    address: where; code: for seats; key: for the instructor.
    """

    address: str
    code: str
    key: str
    process: subprocess.Popen[str]

    @property
    def link(self) -> str:
        return f"{self.address}#{self.code}"

    @property
    def instructor(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.key}"}
        options = {"trust_env": False, "verify": False, "timeout": 60}
        return httpx.Client(base_url=self.address, headers=headers, **options)

    def order(self, **order: Any) -> None:
        with self.instructor as http:
            http.post("/orders", json=order).raise_for_status()

    def board(self) -> dict[str, Any]:
        """Return the board of this moment."""
        with self.instructor as http, http.stream("GET", "/board") as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith("data: "):
                    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return found
        raise AssertionError("no board")


Serve = Callable[..., Served]


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Serve]:
    """Give what starts a class's server; all of them end behind the block.

    folder: where the class's file stands, if no other is named.
    environment: what it has beside this process's.
    """
    running: list[subprocess.Popen[str]] = []

    def start(port: int = 0, file: Path = folder / "class.sqlite", path: str = "") -> Served:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "helpers.classroom", "--no-browser"),
                *("--port", str(port), "--file", str(file)),
                *(["--path", path] if path else []),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COURSE_HOME": str(folder)} | environment,
        )
        running.append(process)
        assert process.stdout is not None
        board, seats = process.stdout.readline(), process.stdout.readline()
        link = re.search(r"(http://127\.0\.0\.1:\d+)/#(\S+)", board)
        code = re.search(r"#(\w{6})$", seats.strip())
        assert link and code, board + seats
        return Served(link[1], code[1], link[2], process)

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
