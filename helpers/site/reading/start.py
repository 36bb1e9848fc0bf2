"""What the start page shows: a recording on the wire, an agent at work, the map."""

import json
import re
from typing import Any, NamedTuple

from helpers.lessons.learner.map import NOTEBOOKS, builds, minutes_of
from helpers.lessons.nb13_submit_your_build import FINISHED
from helpers.lessons.texts import README
from helpers.session.clients import planned_chunks
from helpers.site.reading.prose import Prose
from helpers.submission.picture import last_screen, still_svg
from helpers.submission.recording import Cast
from helpers.svg.snapshot import image
from helpers.widgets.wire.view import Wire

__all__ = ["Stop", "agent_picture", "lead", "stops", "wire", "wire_picture", "wire_script"]

PROMPT = "What's the weather in Lagos and Oslo?"
TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
REQUEST = {
    "model": "offline-mock",
    "max_tokens": 1024,
    "tools": [TOOL],
    "messages": [{"role": "user", "content": PROMPT}],
}
# Slow enough to follow with the eyes.
PACE = {"first_token": 0.7, "tokens_per_second": 3.5}
LEAD = re.compile(r"\A# .*\n\n(.*?)\n\n!\[", re.DOTALL)
COLUMNS, ROWS = 64, 14  # of the agent's terminal
MODULE_END = "export default view(render);"


def lead(prose: Prose) -> str:
    """Return what the README says first, as HTML."""
    found = LEAD.match(README.read_text("utf-8"))
    assert found is not None
    return prose.html(found[1])


def wire() -> Wire:
    """Return the view that plays on the start page."""
    chunks = planned_chunks(REQUEST, chunking="random", pace=PACE)
    return Wire(chunks, title=PROMPT)


def wire_script(view: Wire) -> str:
    """Return the view's own script and its data, for a page without a kernel."""
    script = str(view._esm)
    assert script.rstrip().endswith(MODULE_END)
    traits: dict[str, Any] = {
        "title": view.title,
        "model": dict(view.model),
        "position": 0,
        "state": "ready",
        "problem": "",
        "can_record": False,
    }
    data = json.dumps(traits, ensure_ascii=False, separators=(",", ":"))
    end = f"window.courseWire = {{ view: view(render), traits: {data} }};"
    # No module: pages that are opened from a disk may load none.
    return f"(() => {{\n{script.rstrip().removesuffix(MODULE_END)}{end}\n}})();\n"


def wire_picture(view: Wire) -> str:
    """Return the still picture of the same."""
    return image(view.snapshot())


def agent_picture() -> tuple[str, str]:
    """Return how a session with the finished agent ends, as a picture and in words."""
    cast = Cast.read(FINISHED)
    screen = last_screen(cast, COLUMNS, ROWS)
    rows = ["".join(run.text for run in row).strip() for row in screen]
    picture = still_svg(screen, "$ python agent.py", COLUMNS, min(ROWS, len(rows)))
    return picture, " / ".join(filter(None, rows))


class Stop(NamedTuple):
    """A notebook on the map.

    Attributes:
        name: its file, without its ending.
        number, title: as its first line has them.
        turns: which arrow of the pipeline it builds.
        part: the id of its part; "" if it builds none.
        builds: its part, or how many exercises it has.
        minutes: of each sitting.
        total: its minutes.
    """

    name: str
    number: str
    title: str
    turns: str
    part: str
    builds: str
    minutes: str
    total: int


def stops() -> list[Stop]:
    """Return the notebooks, as the map of the course has them."""
    return [
        Stop(
            one.name,
            one.name.partition("_")[0],
            one.title,
            one.turns,
            one.part,
            builds(one),
            f"{minutes_of(one)} min",
            sum(one.minutes),
        )
        for one in NOTEBOOKS
    ]
