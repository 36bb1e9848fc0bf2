"""Cases of `message`: what only some servers do."""

from helpers.lessons.checking.case import Misconception
from helpers.lessons.common.events import answer_end, begin, end, input_delta, text_delta
from helpers.lessons.nb03_tool_json.message.checks.harness import (
    LAGOS_CALL,
    calls_case,
    content_case,
)
from helpers.lessons.nb03_tool_json.replies import START, TOOL_USE, tool_use

RARE_CASES = (
    content_case(
        "two blocks open at once, and a gap",
        "The API sends one block after the other. Another server, with the same API, may mix them.",
        [
            START,
            begin(0, {"type": "text", "text": ""}),
            begin(2, {"type": "text", "text": ""}),
            text_delta(0, "One"),
            text_delta(2, "Two"),
            text_delta(0, " more"),
            end(0),
            end(2),
            *answer_end("end_turn", 18),
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
    calls_case(
        "two calls open at once",
        "Another server may open the second call before it has stopped the first one.",
        [
            START,
            begin(0, tool_use(0, "get_weather")),
            input_delta(0, '{"city": "La'),
            begin(1, tool_use(1, "get_weather")),
            input_delta(1, '{"city":'),
            input_delta(0, 'gos"}'),
            end(0),
            input_delta(1, ' "Oslo"}'),
            end(1),
            *TOOL_USE,
        ],
        [LAGOS_CALL, ("get_weather", {"city": "Oslo"})],
        Misconception(
            id="one-waiting-call",
            matches=lambda out: len(out.returned) == 1,
        ),
    ),
    content_case(
        "a block that begins with something in it",
        "Some compatible servers send the first word, or a whole input, with the start.",
        [
            START,
            begin(0, {"type": "text", "text": "One"}),
            text_delta(0, " two"),
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
            id="empty-input-replaces-the-start",
            matches=lambda out: (
                out.returned[0] == out.expected[0] and out.returned[1]["input"] == {}
            ),
        ),
        Misconception(
            id="ignores-the-start",
            matches=lambda out: out.error is not None or bool(out.returned),
        ),
    ),
)
