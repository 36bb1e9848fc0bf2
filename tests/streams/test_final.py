"""The whole message of a stream, and the README's ten lines."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from helpers import course
from helpers.client import StreamError, StreamTruncated, open_stream
from helpers.streams import final_message

ROOT = Path(__file__).resolve().parents[2]


async def test_it_is_what_the_api_gives_without_a_stream():
    http, _ = course.virtual_client()
    async with http:
        request = course.request("What's the weather in Lagos?")
        async with open_stream(http, request) as events:
            message = await final_message(events)
        whole = (await http.post("/v1/messages", json=request)).json()
    assert message["content"] == whole["content"] and message["stop_reason"] == "end_turn"


@pytest.mark.parametrize("kept", [0, 1, 3, -1])
async def test_a_message_that_is_not_whole_is_none(kept: int):
    http, _ = course.virtual_client()
    async with http, open_stream(http, course.request("Count to three.")) as events:
        seen = [event async for event in events]

    async def some() -> AsyncIterator[dict[str, Any]]:
        for event in seen[:kept]:
            yield event

    with pytest.raises(StreamTruncated, match="no message_stop"):
        await final_message(some())


async def test_a_stream_that_fails_says_so():
    http, _ = course.virtual_client(fault="overloaded")
    with pytest.raises(StreamError, match=r"[Oo]verloaded"):
        async with http, open_stream(http, course.request("Count to three.")) as events:
            await final_message(events)


def test_the_ten_lines_of_the_readme_stream():
    [program] = re.findall(r"(?s)```python\n(.+?)```", (ROOT / "README.md").read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().startswith("One")
