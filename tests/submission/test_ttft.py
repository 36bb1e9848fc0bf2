"""Time to first token, measured on real sockets."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.submission.bundle import course_agent
from helpers.submission.conformance.process import Limits
from helpers.submission.ttft import MOCK_FIRST_TOKEN, CannotMeasure, dump_measurement, measured


def test_the_agent_comes_after_the_wire(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(course_agent(), encoding="utf-8")
    found = measured(file, 2)
    assert found.mode == "mock" and len(found.agent) == len(found.wire) == 2
    for wire, agent in zip(found.wire, found.agent, strict=True):
        # The API waits before its first token, and nobody shows what hasn't come.
        assert wire > MOCK_FIRST_TOKEN * 0.9
        assert wire < agent + 0.05
    said = json.loads(dump_measurement(found))
    assert said["runs"] == 2 and said["mode"] == "mock" and said["model"] == found.model
    assert "mock" in found.title() and found.python in found.title()
    plot = found.plot()
    assert found.title() in "".join(ElementTree.fromstring(plot.svg).itertext())
    assert "agent: median" in repr(plot)


@pytest.mark.parametrize(
    ("source", "words"),
    [("import sys\nsys.exit('no luck')", "no luck"), ("print()", "it said nothing")],
)
def test_an_agent_without_text_is_said_to_be_one(source: str, words: str, tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(source, encoding="utf-8")
    with pytest.raises(CannotMeasure, match=words):
        measured(file, 1, limits=Limits(patience=5))


def test_there_must_be_a_run(tmp_path: Path):
    with pytest.raises(CannotMeasure, match="at least one run, not 0"):
        measured(tmp_path / "agent.py", 0)
