"""What a notebook gets from its one import."""

import asyncio
import json
import logging
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from helpers import course
from helpers.client import open_stream, stream_text
from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.learner import machine
from helpers.lessons.learner.map import NOTEBOOKS, Map
from helpers.lessons.refresh import NOTEBOOKS as FOLDER
from helpers.mock.recordings import RecordingError, Writer
from helpers.mock.settings import SettingsError
from helpers.providers.models import OFFLINE_MODEL
from helpers.session import clients
from helpers.session.session import Session
from helpers.widgets.wire.view import Wire

PROMPT = "Count to three."


async def test_the_bench_gives_the_same_text_and_times_in_every_run():
    async def run() -> list[tuple[float, str]]:
        http, clock = course.virtual_client()
        async with http, open_stream(http, course.request(PROMPT)) as events:
            return [(clock.now(), text) async for text in stream_text(events)]

    first, second = await run(), await run()
    assert first == second
    assert "".join(text for _, text in first) == "One, two, three."
    assert first[0][0] == pytest.approx(0.35)


async def test_a_recording_is_what_the_socket_gives():
    body = course.request(PROMPT)
    async with course.http() as http:
        stream = http.stream("POST", "/v1/messages", json={**body, "stream": True})
        async with stream as response:
            received = b"".join([chunk async for chunk in response.aiter_raw()])
    assert received == b"".join(chunk.data for chunk in course.planned_chunks(body))


async def test_settings_of_one_client_hold_for_its_requests_alone():
    body = {**course.request(PROMPT), "stream": True}
    async with course.http(mock={"fault": "529"}) as broken, course.http() as sound:
        assert (await broken.post("/v1/messages", json=body)).status_code == 529
        assert (await sound.post("/v1/messages", json=body)).status_code == 200


def test_a_setting_that_does_not_exist_is_named():
    with pytest.raises(SettingsError, match="can't hold 'chunkin'"):
        course.planned_chunks(PROMPT, chunkin="byte")


def test_parts_are_the_courses_own_until_they_pass():
    decoder = course.part("sse").SSEDecoder()
    assert [event.data for event in decoder.feed(b"data: x\n\n")] == ["x"]
    assert course.part("text").open_stream


def test_views_show_the_answer_before_it_has_come():
    transcript = course.transcript(PROMPT, autostart=False)
    assert "One, two, three." in transcript.text_alternative()
    for view in (transcript, course.wire(PROMPT), course.race(), course.switch()):
        ElementTree.fromstring(view.snapshot())
        assert "0x" not in repr(view)


def test_a_transcript_streams_from_the_real_socket():
    view = course.transcript(PROMPT)
    assert view.wait(60)
    assert view.state["state"] == "done"
    assert "One, two, three." in json.dumps(view.state)
    view.close()


def test_the_wire_view_records_from_the_real_socket():
    chunks = asyncio.run(clients.record_anew(course.request(PROMPT), {}))
    assert b"".join(data for _, data in chunks).endswith(b"\n\n")
    assert [at for at, _ in chunks] == sorted(at for at, _ in chunks)


def test_the_wire_view_opens_what_the_tap_recorded(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    writer = Writer(path)
    headers = {"content-type": "text/event-stream"}
    for number, kind in enumerate([{}, headers, headers], start=1):
        tape = writer.exchange("POST", "/v1/messages", {}, b"{}")
        tape.response(0.1, 200, kind)
        tape.chunk(0.25, f'event: ping\ndata: {{"n": {number}}}\n\n'.encode())
        tape.end(0.3, "complete")
    writer.close()
    shown = course.wire(path)
    assert shown.text_alternative().splitlines()[0] == (
        "Exchange 2, POST /v1/messages: 1 chunk, 28 bytes, 1 event."
    )
    assert "0.250" in shown.text_alternative()
    ElementTree.fromstring(shown.snapshot())
    exchanges = course.open_recording(str(path))
    assert [one.number for one in exchanges] == [1, 2, 3]
    assert course.wire(exchanges[2]).title == "Exchange 3, POST /v1/messages"
    assert Wire(exchanges[2].chunks).model["event_count"] == 1


def test_the_wire_view_says_why_it_opens_no_recording(tmp_path: Path):
    path = tmp_path / "x.jsonl"
    with pytest.raises(RecordingError, match=r"x\.jsonl can't be read: No such file"):
        course.wire(path)
    Writer(path).close()
    with pytest.raises(RecordingError, match=r"x\.jsonl holds no stream to show\."):
        course.wire(path)


NAMES = [notebook.name for notebook in NOTEBOOKS]


def test_the_map_names_every_notebook_and_part():
    # A notebook's part comes last, after its smaller exercises.
    parts = {
        find_exercise(part).notebook: part
        for part in exercise_ids()
        if find_exercise(part).kind == "part"
    }
    exercises = {
        name: [p for p in exercise_ids() if find_exercise(p).notebook == name] for name in NAMES
    }
    assert [path.stem for path in sorted(FOLDER.glob("*.ipynb"))] == NAMES
    for notebook in NOTEBOOKS:
        assert notebook.part == parts.get(notebook.name, "")
        assert list(notebook.exercises) == ([] if notebook.part else exercises[notebook.name])
    shown = Map({"sse", "coalesce"})
    states = [line.rsplit("  ", 1)[1].strip() for line in repr(shown).splitlines()[1:]]
    assert states == [
        {"sse": "✓ built"}.get(n.part, "1 of 3" if "coalesce" in n.exercises else "not yet")
        for n in NOTEBOOKS
    ]
    ElementTree.fromstring(shown._repr_html_())


def test_a_sound_machine_has_nothing_to_mend():
    assert all(finding.good for finding in machine.check(course.session))


def test_a_machine_that_lacks_something_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("COURSE_HOME", str(blocked))
    monkeypatch.setattr(machine, "_list_packages", lambda: ["httpx", "no-such-package"])
    monkeypatch.setattr(machine.sys, "version_info", (3, 10))
    session = Session({"COURSE_BASE_URL": "http://127.0.0.1:9"})
    findings = machine.check(session)
    assert [finding.good for finding in findings] == [False, False, False, False]
    shown = repr(findings)
    assert "Missing: no-such-package. Close JupyterLab" in shown
    assert "set COURSE_HOME to another folder" in shown
    assert shown.count("✕") == findings._repr_html_().count("✕") == 4


def test_the_module_tells_the_mode_as_it_is():
    assert (course.mode, course.model) == ("mock", "offline-mock")
    assert isinstance(httpx.URL(course.base_url), httpx.URL)
    with pytest.raises(AttributeError, match="the course has no 'modle'"):
        course.modle  # noqa: B018


async def test_the_sdk_is_connected_to_the_offline_api_in_every_mode(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(course.session, "mode", "anthropic")
    async with course.sdk() as client:
        body = {**course.request("Count to three."), "model": OFFLINE_MODEL}
        message = await client.messages.create(**body)
    assert message.content[0].text == "One, two, three."


def test_the_sdk_without_async_gets_the_same_answer():
    with course.blocking_sdk() as client:
        message = client.messages.create(**course.request("Count to three."))
        with client.messages.stream(**course.request("Count to three.")) as stream:
            assert "".join(stream.text_stream) == message.content[0].text == "One, two, three."
    with course.blocking_sdk(fault="reset") as client, pytest.raises(httpx2.ReadError):
        with client.messages.stream(**course.request("Count to three.")) as stream:
            stream.until_done()


async def test_openais_sdk_is_connected_to_the_offline_api():
    async with course.openai_sdk() as client:
        answer = await client.chat.completions.create(
            model=OFFLINE_MODEL, messages=[{"role": "user", "content": "Count to three."}]
        )
    assert answer.choices[0].message.content == "One, two, three."


async def test_a_reader_who_leaves_is_no_line_in_the_output(caplog: pytest.LogCaptureFixture):
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000):
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
            await asyncio.sleep(0)

    async with course.serve(app) as http:
        async with http.stream("GET", "/") as response:
            await anext(response.aiter_bytes())
        logging.getLogger("asyncio").warning("socket.send() raised exception.")
    assert caplog.messages == []
    logging.getLogger("asyncio").warning("socket.send() raised exception.")
    assert caplog.messages == ["socket.send() raised exception."]  # as it was before
