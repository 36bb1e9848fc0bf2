"""The meter counts what passes by, and stops before the cap, not after it."""

import json

import httpx
import pytest

from helpers.providers.models import price
from helpers.session.metering import Ledger, MeteredClient, SpendingCapReached, worst_case

MODEL = "claude-sonnet-5-5"
REQUEST = {
    "model": MODEL,
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "Hello"}],
}


def sse(*events: dict) -> bytes:
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


START = {"type": "message_start", "message": {"usage": {"input_tokens": 25, "output_tokens": 1}}}
DELTA = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "text_delta", "text": "x" * 4000},
}
END = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn"},
    "usage": {"input_tokens": 25, "output_tokens": 700},
}
STOP = {"type": "message_stop"}


class Chunks(httpx.AsyncByteStream):
    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


def client(ledger: Ledger, *chunks: bytes, status: int = 200, type: str = "text/event-stream"):
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, headers={"content-type": type}, stream=Chunks(*chunks))

    http = MeteredClient(
        ledger, base_url="http://127.0.0.1:1", transport=httpx.MockTransport(answer)
    )
    return http, sent


async def stream(http: httpx.AsyncClient, chunks_to_read: int | None = None) -> None:
    async with http.stream("POST", "/v1/messages", json={**REQUEST, "stream": True}) as response:
        read = 0
        async for _ in response.aiter_raw():
            read += 1
            if read == chunks_to_read:
                break


async def test_a_stream_costs_what_its_last_usage_says_and_usage_is_never_added_up():
    ledger = Ledger()
    http, _ = client(ledger, sse(START), sse(DELTA), sse(END, STOP))
    async with http:
        await stream(http)
    assert ledger.spent == price(MODEL, {"input_tokens": 25, "output_tokens": 700})
    assert ledger.reserved == 0


async def test_a_plain_answer_costs_its_usage():
    ledger = Ledger()
    body = json.dumps({"usage": {"input_tokens": 10, "output_tokens": 20}}).encode()
    http, _ = client(ledger, body[:7], body[7:], type="application/json")
    async with http:
        answer = await http.post("/v1/messages", json=REQUEST)
    assert answer.json()["usage"]["output_tokens"] == 20
    assert ledger.spent == price(MODEL, {"input_tokens": 10, "output_tokens": 20})


async def test_a_stream_left_early_is_charged_at_least_for_what_it_had_sent():
    ledger = Ledger()
    http, _ = client(ledger, sse(START), sse(DELTA), sse(END, STOP))
    async with http:
        await stream(http, chunks_to_read=2)
    assert ledger.spent == price(MODEL, {"input_tokens": 25, "output_tokens": 2000})
    assert ledger.reserved == 0


async def test_nothing_is_sent_when_the_worst_case_would_pass_the_cap():
    ledger = Ledger(cap=0.01)
    assert worst_case(REQUEST) > 0.01
    http, sent = client(ledger)
    async with http:
        with pytest.raises(SpendingCapReached, match=r"it was not sent\. Lower max_tokens"):
            await stream(http)
    assert sent == []
    assert (ledger.spent, ledger.reserved) == (0, 0)


async def test_two_requests_at_once_share_the_cap():
    ledger = Ledger(cap=worst_case(REQUEST) * 1.5)
    http, sent = client(ledger, sse(START), sse(END, STOP))
    async with http, http.stream("POST", "/v1/messages", json=REQUEST):
        with pytest.raises(SpendingCapReached):
            await stream(http)
    assert len(sent) == 1
    assert ledger.reserved == 0


@pytest.mark.parametrize("chunk", [b"data: {\n\n", b"not an event stream", b"data: [1]\n\n"])
async def test_broken_bytes_reach_the_reader_and_cost_nothing(chunk: bytes):
    ledger = Ledger()
    http, _ = client(ledger, chunk)
    async with http, http.stream("POST", "/v1/messages", json=REQUEST) as response:
        assert [part async for part in response.aiter_raw()] == [chunk]
    assert (ledger.spent, ledger.reserved) == (0, 0)


async def test_an_error_answer_and_a_failed_connection_cost_nothing():
    ledger = Ledger()
    http, _ = client(ledger, b'{"type":"error"}', status=529, type="application/json")
    async with http:
        assert (await http.post("/v1/messages", json=REQUEST)).status_code == 529

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    async with MeteredClient(
        ledger, base_url="http://127.0.0.1:1", transport=httpx.MockTransport(refuse)
    ) as http:
        with pytest.raises(httpx.ConnectError):
            await http.post("/v1/messages", json=REQUEST)
    assert (ledger.spent, ledger.reserved) == (0, 0)


async def test_a_request_that_is_no_message_passes_unmetered():
    ledger = Ledger(cap=0)
    http, sent = client(ledger, b"{}", type="application/json")
    async with http:
        await http.get("/v1/models")
    assert len(sent) == 1
