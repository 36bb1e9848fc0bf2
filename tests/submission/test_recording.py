"""A recorded session: its times, its picture, and what must not be in it."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.submission.bundle import course_agent
from helpers.submission.picture import animated_svg
from helpers.submission.recording import CannotRecord, Cast, leaks, record, scrub
from tests.sweeps import examples

AGENTS = Path(__file__).with_name("agents")
SECRET = "sk-ant-0123456789abcdef"
NO_TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


def cast_of(*events: tuple[float, str]) -> Cast:
    return Cast(80, 24, "python agent.py", events)


@NO_TERMINAL
def test_the_agent_is_recorded_as_it_streams(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(course_agent(), encoding="utf-8")
    cast = record(file, "What's the weather in Oslo?")
    assert cast.code == 0
    assert "> get_weather Oslo" in cast.said and "the meaning arrives" in cast.said
    # The call starts, and ends, in the middle of the text.
    order = [cast.said.index(words) for words in ("Let me", "> get_", "< get_", "bytes")]
    assert order == sorted(order)
    assert cast.said.index("While") < order[2]
    assert len(cast.events) > 3 and cast.seconds > 1
    path = tmp_path / "recording.cast"
    path.write_text(cast.text(), encoding="utf-8")
    again = Cast.read(path)
    assert (
        again.said == cast.said
        and again.command == 'python agent.py --mock "What\'s the weather in Oslo?"'
    )
    tree = ElementTree.fromstring(animated_svg(again))
    assert "the meaning arrives" in "".join(tree.itertext())
    assert not [
        node for node in tree.iter() if node.tag.endswith(("script", "foreignObject", "image"))
    ]


@NO_TERMINAL
@pytest.mark.parametrize("name", ["honest.py", "workshop.py"])
def test_an_agent_without_a_simulation_is_recorded_all_the_same(name: str):
    """The course plays the API and the weather for it."""
    cast = record(AGENTS / name, "What's the weather in Oslo?")
    assert cast.code == 0 and cast.offline
    assert "It is 7 °C and cloudy" in cast.said and "the meaning arrives" in cast.said
    line = f'python {name} --base-url $MOCK --weather-url $WEATHER "What\'s the weather in Oslo?"'
    assert cast.command == line
    assert len(cast.events) > 3 and cast.seconds > 1


@NO_TERMINAL
@pytest.mark.parametrize(
    ("source", "seconds", "words"),
    [
        ("import time\ntime.sleep(60)", 1, "had not ended after 1 s"),
        ("while True: print('x' * 9999)", 60, "wrote more than 2 MB"),
        ("pass", 60, "It wrote nothing and ended with 0"),
    ],
)
def test_what_cannot_be_recorded_is_said(source: str, seconds: float, words: str, tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(source, encoding="utf-8")
    with pytest.raises(CannotRecord, match=words):
        record(file, "hello", seconds=seconds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no asciicast"),
        ("{}\n", "'version'"),
        ('{"version": 3}\n', "version is 3"),
        ('{"version": 2, "width": 80, "height": 24}\n[1, "o"]\n', "no asciicast"),
        ('{"version": 2, "width": 80, "height": 24}\n[2, "o", "a"]\n[1, "o", "b"]\n', "backwards"),
        ('{"version": 2, "width": 80000, "height": 24}\n', "80000 by 24"),
        ("\0" * 100, "no asciicast"),
    ],
)
def test_what_is_no_recording_is_said(text: str, words: str, tmp_path: Path):
    path = tmp_path / "x.cast"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRecord, match=words):
        Cast.read(path)


@given(
    st.lists(
        st.sampled_from(["a", "hello ", SECRET, "/home/ann", "\x1b[1m", "\n", "é"]), max_size=12
    ),
    st.lists(st.integers(1, 7), min_size=1, max_size=5),
)
def test_no_secret_survives_however_it_was_written(words: list[str], sizes: list[int]):
    whole, events, at = "".join(words), [], 0
    while at < len(whole):
        step = sizes[len(events) % len(sizes)]
        events.append((float(len(events)), whole[at : at + step]))
        at += step
    secrets = {SECRET: "[key]", "/home/ann": "~"}
    clean = scrub(cast_of(*events), secrets)
    said = "".join(text for _, text in clean.events)
    assert not any(secret in said for secret in secrets)
    assert leaks(clean.text(), [SECRET]) == []
    if not any(secret in whole for secret in secrets):
        assert said == whole
    assert [at for at, _ in clean.events] == sorted(at for at, _ in clean.events)


def test_a_key_shows_through_colours_and_line_ends():
    assert leaks(f"{SECRET[:9]}\x1b[31m{SECRET[9:]}", [SECRET])
    assert leaks(f"{SECRET[:9]}\r\n{SECRET[9:]}", [SECRET])
    assert leaks("the key is sk-proj-AbCdEf0123456789")
    assert not leaks("a task-oriented, key-value-store; desk-chair-upholstery")


def test_the_last_screen_is_what_stands_still():
    picture = animated_svg(cast_of((0.0, "one"), (1.0, "\r\x1b[Ktwo"), (2.0, "\r\x1b[Kthree")))
    still = re.findall(r'<text id="r\d+" y=[^>]*><tspan[^>]*>([^<]*)', picture)
    past = re.findall(r'<text id="r\d+" class="past"[^>]*><tspan[^>]*>([^<]*)', picture)
    assert still == ["three"] and past == ["one", "two"]


@given(st.text(max_size=60))
@settings(max_examples=examples(60))
def test_whatever_was_written_the_picture_is_a_picture(text: str):
    ElementTree.fromstring(animated_svg(cast_of((0.0, text), (0.5, "<script>alert(1)</script>"))))


@pytest.mark.parametrize("sequence", ["\x9b²m", "\x1b[1;²0H", "\x1b[99999J", "\x1b[;;;?²"])
def test_what_no_terminal_knows_is_left_out_and_the_rest_is_drawn(sequence: str):
    picture = animated_svg(cast_of((0.0, f"before {sequence}"), (0.5, "\x1b[32m and behind")))
    assert "before" in picture and " and behind" in picture


def test_a_key_with_a_colour_in_its_middle_is_still_a_key():
    pieces = ((0.0, "key: sk-ant-api03-\x1b[32mEXAM"), (0.1, "PLE\x1b[0mEXAMPLE\r\n"))
    clean = scrub(Cast(80, 24, "python agent.py", pieces), {})
    assert clean.said == "key: [key]\n"
    pieces = ((0.0, "a SEC\x1b[32m"), (0.1, "RET b SECRET"))
    assert scrub(Cast(80, 24, "x", pieces), {"SECRET": "[key]"}).said == "a [key] b [key]"


def test_what_ends_a_line_elsewhere_ends_none_in_a_recording(tmp_path: Path):
    cast = cast_of((0.0, "a\u2028b\x85c\x1cd"))
    path = tmp_path / "recording.cast"
    path.write_text(cast.text(), encoding="utf-8", newline="")
    assert Cast.read(path).events == cast.events
