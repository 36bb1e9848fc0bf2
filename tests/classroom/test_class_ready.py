"""A machine that is looked at before a class: one line, a cure for each ✕, and the board hears."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.classroom import ready
from helpers.classroom.acts import SYMPTOMS
from helpers.classroom.seat import join
from tests.classroom.serving import Serve


def run(home: Path, *options: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "helpers.classroom.ready", *options],
        env=os.environ
        | {"COURSE_HOME": str(home), "BROWSER": sys.executable, "PYTHONUTF8": "1"}
        | more,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def test_a_seat_that_is_ready_says_so_in_one_line_and_its_class_hears(serve: Serve, tmp_path: Path):
    done = run(tmp_path / "nobody")
    assert done.returncode == 0, done.stdout
    (line,) = done.stdout.splitlines()
    assert line.count("✓") == len(SYMPTOMS) and "✕" not in line
    served = serve()
    asyncio.run(join(served.link, "Ada", tmp_path / "ada", lambda order: None))
    assert served.board()["seats"][0]["ready"] is None
    assert run(tmp_path / "ada").stdout.splitlines()[1:] == ["Your class knows."]
    assert served.board()["seats"][0]["ready"] is True
    served.process.kill()
    served.process.wait()
    assert "it hears later" in run(tmp_path / "ada").stdout


def test_a_cure_is_one_sentence_and_the_exit_code_tells(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file")  # no folder can be made there
    assert done.returncode == 1
    line, cure = done.stdout.splitlines()
    assert "✕ folder" in line and cure.startswith("✕ folder: Give yourself the right to write")
    assert run(tmp_path, "--fast").returncode == 2


def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(ready, "MEGABYTES_NEEDED", 10**12)
    monkeypatch.setattr(ready.webbrowser, "get", _raise(ready.webbrowser.Error("none")))
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setattr(ready.socket, "create_server", _raise(PermissionError(1, "not allowed")))
    wrong = [one for one in ready.looks(time.time() - 3600) if one.cure]
    assert [one.name for one in wrong] == ["space", "browser", "port", "clock"]
    assert {one.name for one in ready.looks(time.time())} == set(SYMPTOMS)
    assert "✕ port" in ready.line(wrong)


def _raise(error: Exception):
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
