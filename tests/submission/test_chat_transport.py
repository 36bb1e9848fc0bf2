"""The bundled file's other API: the dialects of chat completions, told as Messages events."""

import json
from typing import Any

import httpx
import pytest

from helpers.client import ErrorEvent, StreamTruncated, open_stream
from helpers.message import MessageAssembler, ToolCall
from helpers.submission.single_file.openai import ChatTransport

DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'id': 'c', 'choices': [choice]})}\n\n".encode()


def call(index: int, name: str | None = None, arguments: str = "", **more: Any) -> bytes:
    function = {"name": name, "arguments": arguments}
    return chunk({"tool_calls": [{"index": index, "function": function, **more}]})


async def read(*body: bytes) -> tuple[dict[str, Any], list[ToolCall]]:
    """Return the message that the file's agent reads, and the calls in it."""
    answer = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=b"".join(body)
    )
    transport = ChatTransport(httpx.MockTransport(lambda _: answer))
    tools = [{"name": name, "input_schema": {}} for name in ("get_weather", "get_time")]
    request = {"model": "m", "messages": [{"role": "user", "content": "Hi."}], "tools": tools}
    assembler, calls = MessageAssembler(), []
    async with httpx.AsyncClient(transport=transport, base_url="http://any") as http:
        async with open_stream(http, request) as events:
            async for event in events:
                calls += [one for one in assembler.feed(event) if isinstance(one, ToolCall)]
    return assembler.message, calls


async def test_fragments_find_their_call() -> None:
    message, calls = await read(
        call(0, "get_weather", id=None),
        b": alive\n\ndata:\n\n",
        call(1, "get_weather", id=""),
        call(0, arguments='{"city":'),
        call(1, arguments='{"city":"Oslo"}'),
        chunk({}, "stop"),
        call(0, arguments='"Lagos"}'),
        DONE,
    )
    calls.sort(key=lambda one: one.index)
    assert [one.input for one in calls] == [{"city": "Lagos"}, {"city": "Oslo"}]
    assert len({one.id for one in calls}) == 2
    assert message["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("code", "type"), [(429, "rate_limit_error"), ("503", "overloaded_error"), (502, "api_error")]
)
@pytest.mark.parametrize("framed", [True, False])
async def test_an_error_has_the_name_that_retries_go_by(
    code: object, type: str, framed: bool
) -> None:
    error = json.dumps({"error": {"code": code, "message": "Oh."}}, indent=None if framed else 2)
    with pytest.raises(ErrorEvent, match="Oh") as caught:
        await read(chunk({"content": "a"}), f"{'data: ' * framed}{error}\n\n".encode())
    assert caught.value.type == type


async def test_half_an_answer_is_none() -> None:
    with pytest.raises(StreamTruncated):
        await read(chunk({"content": "a"}))
