"""The last part, on top of parts that other people wrote."""

from pathlib import Path

import pytest

from helpers.lessons import find_exercise
from helpers.lessons.checking.runner import check
from helpers.lessons.nb13_submit_your_build import FINISHED
from helpers.submission.recording import Cast, leaks
from tests.sweeps import sweep

# What these raise, and how they close, differs from person to person.
OTHERS = [
    (part, path)
    for part in ("text", "loop")
    for path in sorted(find_exercise(part).answers.glob("right_*.py"))
]


@pytest.mark.parametrize(
    ("earlier_part", "path"),
    sweep(OTHERS, first=2),
    ids=[f"{part}/{path.stem}" for part, path in OTHERS],
)
def test_it_works_with_other_peoples_parts(earlier_part: str, path: Path) -> None:
    part = find_exercise("main")
    earlier = {earlier_part: path.read_text("utf-8")}
    report = check(part, part.reference_source(), earlier=earlier)
    assert report.status == "passed", report.diagnosis
    assert report.notes == ()


def test_the_finished_session_shows_a_tool_in_mid_stream() -> None:
    cast = Cast.read(FINISHED)
    assert cast.said.index("> get_weather") < cast.said.index("still talking")
    assert len(cast.events) > 20
    assert leaks(cast.said) == leaks(cast.text()) == []
