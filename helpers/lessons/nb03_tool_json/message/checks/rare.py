"""Cases of `message`: what only some servers do."""

from helpers.lessons.checking.case import Misconception
from helpers.lessons.common.events import begin, done, end, said
from helpers.lessons.nb03_tool_json.message.checks.harness import content_case
from helpers.lessons.nb03_tool_json.replies import START, TOOL_USE, tool_use

RARE_CASES = (
    content_case(
        "two blocks open at once, and a gap",
        "The API sends one block after the other; a gateway that translates may not.",
        [
            START,
            begin(0, {"type": "text", "text": ""}),
            begin(2, {"type": "text", "text": ""}),
            said(0, "One"),
            said(2, "Two"),
            said(0, " more"),
            end(0),
            end(2),
            *done("end_turn", 18),
        ],
        [{"type": "text", "text": "One more"}, {"type": "text", "text": "Two"}],
        Misconception(
            id="index-is-a-place",
            matches=lambda out: isinstance(out.error, LookupError),
        ),
        Misconception(
            id="one-current-block",
            matches=lambda out: not out.timed_out,
        ),
    ),
    content_case(
        "a block that begins with something in it",
        "Some compatible servers send the first word, or a whole input, with the start.",
        [
            START,
            begin(0, {"type": "text", "text": "One"}),
            said(0, " two"),
            end(0),
            begin(1, tool_use(1, "get_weather", {"city": "Lagos"})),
            end(1),
            *TOOL_USE,
        ],
        [
            {"type": "text", "text": "One two"},
            tool_use(1, "get_weather", {"city": "Lagos"}),
        ],
        Misconception(
            id="ignores-the-start",
            matches=lambda out: out.error is not None or bool(out.returned),
        ),
    ),
)
