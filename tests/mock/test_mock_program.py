"""The offline API as a person starts it: with scenarios and recordings of their own."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from exchange import HEADERS, body, question

from helpers.mock.recordings import Writer
from helpers.mock.recordings.exchange import COMPLETE

pytestmark = pytest.mark.long  # each starts programs

SCENARIO = """\
prompt: What is a tap?
when:
  - tap
turns:
  - content:
      - text: A thing between a client and an API.
"""


@contextlib.contextmanager
def program(*arguments: str) -> Iterator[str]:
    """The offline API with these arguments; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.mock", "--parent-pipe", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=60)


def words(base_url: str, prompt: str) -> str:
    response = httpx.post(f"{base_url}/v1/messages", json=question(prompt), headers=HEADERS)
    return str(response.json()["content"][0]["text"])


def test_scenarios_and_recordings_from_files(tmp_path: Path) -> None:
    own, other, recorded = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.jsonl"
    own.write_text(SCENARIO)
    other.write_text(SCENARIO.replace("tap", "pipe").replace("thing", "tube"))
    writer = Writer(recorded)
    tape = writer.exchange("POST", "/v1/messages", HEADERS, body("Hello?", stream=True))
    tape.response(0.1, 200, {"content-type": "text/event-stream"})
    chunks = [b"data: recorded", b" long ago\n", b"\n"]
    for number, chunk in enumerate(chunks):
        tape.chunk(0.1 + number / 10, chunk)
    tape.end(0.5, COMPLETE)
    writer.close()
    files = ("--scenario", str(own), "--scenario", str(other), "--recording", str(recorded))
    with program(*files) as base_url:
        assert words(base_url, "A tap?") == "A thing between a client and an API."
        assert words(base_url, "A pipe?") == "A tube between a client and an API."
        assert words(base_url, "Count to three.") == "One, two, three."
        ask = {"content": body("Hello?", stream=True), "headers": HEADERS}
        with httpx.stream("POST", f"{base_url}/v1/messages", **ask) as response:
            assert list(response.iter_raw()) == chunks
        assert response.elapsed.total_seconds() >= 0.5
        # A fault strikes a recording too.
        ask["headers"] = HEADERS | {"mock-settings": json.dumps({"fault": "529"})}
        assert httpx.post(f"{base_url}/v1/messages", **ask).status_code == 529


@pytest.mark.parametrize(
    ("option", "name", "content", "said"),
    [
        ("--scenario", "none.yaml", None, "none.yaml"),
        ("--scenario", "bad.yaml", "prompt: [", "bad.yaml"),
        ("--scenario", "bad.yaml", "prompt: x\nturns: []\n", "bad.yaml"),
        ("--recording", "none.jsonl", None, "none.jsonl can't be read: No such file or directory."),
        ("--recording", "bad.jsonl", '{"recording": 1}\n{\n', "bad.jsonl, line 2: this is not a"),
    ],
)
def test_a_file_that_cannot_be_used(
    tmp_path: Path, option: str, name: str, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "helpers.mock", option, str(tmp_path / name)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
