"""Cases of `message`: blocks of other kinds."""

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.events import (
    PING,
    answer_end,
    begin,
    delta,
    end,
    input_delta,
    text_block,
    text_delta,
)
from helpers.lessons.nb03_tool_json.message.checks.harness import case, content_case, feed_all
from helpers.lessons.nb03_tool_json.replies import START, listing

SIGNATURE = "EqQBCgIYAhIM"
SOURCES = [
    {"type": "char_location", "cited_text": cited, "document_index": 0} for cited in ("One", "Two")
]
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {}}

SEARCHED = [
    START,
    begin(0, SEARCH),
    *(input_delta(0, fragment) for fragment in ("", '{"que', 'ry": "SSE"}')),
    end(0),
    begin(1, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01", "content": []}),
    end(1),
    *text_block(2, "Found."),
    *answer_end("end_turn", 18),
]


def search(my: Namespace) -> object:
    """Return how many calls a web search gives, and its input in the message."""
    assembler, calls = feed_all(my, SEARCHED)
    return len(calls), assembler.message["content"][0]["input"]


OTHER_BLOCKS = (
    content_case(
        "thinking, with its signature",
        "The next request must contain this block unchanged, or the API refuses it with status "
        "400.",
        [
            START,
            begin(0, {"type": "thinking", "thinking": "", "signature": ""}),
            delta(0, {"type": "thinking_delta", "thinking": "Two cities,"}),
            delta(0, {"type": "thinking_delta", "thinking": " two calls."}),
            delta(0, {"type": "signature_delta", "signature": SIGNATURE}),
            end(0),
            begin(1, {"type": "redacted_thinking", "data": "EmwKAhgB"}),
            end(1),
            *text_block(2, "One."),
            *answer_end("end_turn", 18),
        ],
        [
            {"type": "thinking", "thinking": "Two cities, two calls.", "signature": SIGNATURE},
            {"type": "redacted_thinking", "data": "EmwKAhgB"},
            {"type": "text", "text": "One."},
        ],
        Misconception(
            id="drops-thinking-blocks",
            matches=lambda out: len(out.returned) < 3,
        ),
        Misconception(
            id="drops-the-signature",
            matches=lambda out: not out.returned[0].get("signature"),
        ),
        Misconception(
            id="drops-what-was-thought",
            matches=lambda out: out.returned[0]["thinking"] != out.expected[0]["thinking"],
        ),
    ),
    content_case(
        "citations that come before their text",
        "The model names a source before it writes the sentence that the source supports.",
        [
            START,
            begin(0, {"citations": [], "type": "text", "text": ""}),
            *(delta(0, {"type": "citations_delta", "citation": one}) for one in SOURCES),
            text_delta(0, "One and two."),
            end(0),
            begin(1, {"type": "text", "text": ""}),
            delta(1, {"type": "citations_delta", "citation": SOURCES[0]}),
            text_delta(1, "One."),
            end(1),
            *answer_end("end_turn", 18),
        ],
        [
            {"type": "text", "text": "One and two.", "citations": SOURCES},
            {"type": "text", "text": "One.", "citations": SOURCES[:1]},
        ],
        Misconception(
            id="expects-a-list-of-citations",
            matches=lambda out: isinstance(out.error, KeyError | AttributeError | TypeError),
        ),
        Misconception(
            id="keeps-the-last-citation",
            matches=lambda out: (
                SOURCES[1] in (out.returned[0]["citations"], *out.returned[0]["citations"])
            ),
        ),
        Misconception(
            id="loses-citations",
            matches=lambda out: not out.returned[0].get("citations"),
        ),
    ),
    content_case(
        "what nobody knows yet",
        "The API's documentation says that new types will come, and pings come at any time.",
        [
            START,
            PING,
            begin(0, {"type": "mood", "calm": 0.9}),
            delta(0, {"type": "mood_delta", "calm": 0.8}),
            end(0),
            {"type": "weather_report", "sky": "blue"},
            begin(1, {"type": "text", "text": ""}),
            PING,
            text_delta(1, "One."),
            delta(1, {"type": "tone_delta", "tone": "warm"}),
            end(1),
            *answer_end("end_turn", 18),
        ],
        [{"type": "mood", "calm": 0.9}, {"type": "text", "text": "One."}],
        Misconception(
            id="trips-over-the-unknown",
            matches=lambda out: out.error is not None,
        ),
        Misconception(
            id="drops-unknown-blocks",
            matches=lambda out: len(out.returned) < 2,
        ),
    ),
    case(
        "a tool that the API runs itself",
        "A web search looks like a tool call. But the API has already run it.",
        listing(SEARCHED) + "calls = [call for event in events for call in assembler.feed(event)]\n"
        '(len(calls), assembler.message["content"][0]["input"])',
        search,
        (0, {"query": "SSE"}),
        Misconception(
            id="runs-the-apis-tools",
            matches=lambda out: bool(out.returned[0]),
        ),
        Misconception(
            id="only-my-tools-have-input",
            matches=lambda out: out.error is not None or out.returned[1] != {"query": "SSE"},
        ),
    ),
)
