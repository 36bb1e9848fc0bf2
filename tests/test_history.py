"""Any life of a conversation: what it holds is at all times something that the API accepts."""

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.history import Conversation, sendable, text_of
from helpers.message import MessageAssembler, ToolCall
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.rules import signing
from helpers.parts.recovery import TAIL, closed, kept, resendable
from tests.sweeps import examples

Block = dict[str, Any]
Message = dict[str, Any]
Event = dict[str, Any]

HEADERS = {"x-api-key": "any", "anthropic-version": "2026-10-21"}
API = MockAPI(clock=VirtualClock())
TOOLS: list[dict[str, Any]] = [
    {"name": "look", "input_schema": {"type": "object"}},
    {"type": "web_search_20260318", "name": "web_search"},
]


def text_block(text: str) -> Block:
    return {"type": "text", "text": text}


def tool_use(id: str, **input: Any) -> Block:
    return {"type": "tool_use", "id": id, "name": "look", "input": input}


def search_use(id: str) -> Block:
    return {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "x"}}


def search_result(id: str) -> Block:
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": []}


def result(id: str, content: str = "seen") -> Block:
    return {"type": "tool_result", "tool_use_id": id, "content": content}


def user(*blocks: Block) -> Message:
    return {"role": "user", "content": [*blocks]}


def assistant(*blocks: Block) -> Message:
    return {"role": "assistant", "content": [*blocks]}


THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
HIDDEN = {"type": "redacted_thinking", "data": "EmwK"}


def make_conversation(text: str = "Hi") -> Conversation:
    conversation = Conversation()
    conversation.say(text)
    conversation.take()
    return conversation


# --- What the user says -------------------------------------------------------------------


def test_what_is_said_is_there_at_once() -> None:
    conversation = Conversation()
    assert conversation.messages == []
    conversation.say("Hi")
    assert conversation.messages == [user(text_block("Hi"))]
    conversation.say("Are you there?")
    assert conversation.messages == [user(text_block("Hi"), text_block("Are you there?"))]
    assert conversation.take() == conversation.messages
    conversation.say("Hello?")
    assert conversation.messages[1:] == [user(text_block("Hello?"))]


@pytest.mark.parametrize("empty", ["", " ", "\n\t\u00a0"])
def test_nothing_but_space_is_nothing_to_say(empty: str) -> None:
    conversation = Conversation()
    with pytest.raises(ValueError, match="needs some text"):
        conversation.say(empty)
    assert conversation.messages == []


def test_who_listens_is_told() -> None:
    conversation = Conversation()
    heard: list[int] = []
    conversation.on_user_message = lambda: heard.append(len(conversation.messages))
    conversation.say("Hi")
    assert heard == [1]  # it is there already


def test_half_a_character_can_be_said() -> None:
    conversation = Conversation()
    conversation.say("a\ud83d \ud83d\ude00")
    assert text_of(conversation.messages[0]) == "a\ufffd 😀"


def test_an_earlier_conversation_goes_on() -> None:
    earlier = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "assistant", "content": ""},
    ]
    before = copy.deepcopy(earlier)
    conversation = Conversation(earlier)
    conversation.say("How are you?")
    assert conversation.take() == [
        user(text_block("Hi")),
        assistant(text_block("Hello!")),
        user(text_block("How are you?")),
    ]
    assert earlier == before


def test_an_earlier_conversation_is_copied() -> None:
    earlier = [user(text_block("Hi"))]
    conversation = Conversation(earlier)
    earlier[0]["content"][0]["text"] = "Bye"
    assert conversation.messages == [user(text_block("Hi"))]


# --- Turns --------------------------------------------------------------------------------


def test_a_turn_and_its_results_come_together() -> None:
    conversation = make_conversation()
    content = [text_block("Let me look."), tool_use("a"), tool_use("b")]
    conversation.add_turn(content, [result("b"), result("a")], paused=True)
    assert conversation.messages[1:] == [
        assistant(*content),
        user(result("a"), result("b")),  # in the order of the calls
    ]


def test_only_calls_with_a_result_and_results_with_a_call_are_kept() -> None:
    conversation = make_conversation()
    conversation.add_turn([tool_use("a"), tool_use("b")], [result("b"), result("c")])
    assert conversation.messages[1:] == [assistant(tool_use("b")), user(result("b"))]


def test_nothing_is_added_of_nothing() -> None:
    conversation = make_conversation()
    for content in ([], [text_block(" ")], [tool_use("a")], [search_use("s")], [THOUGHT, HIDDEN]):
        conversation.add_turn(content)
        assert conversation.messages == [user(text_block("Hi"))]


def test_a_call_that_comes_twice_has_one_result() -> None:
    conversation = make_conversation()
    conversation.add_turn([tool_use("a"), tool_use("a", x=1)], [result("a", "1"), result("a", "2")])
    assert conversation.messages[1:] == [assistant(tool_use("a")), user(result("a", "1"))]


def test_a_paused_turn_goes_on_in_one_message() -> None:
    conversation = make_conversation()
    conversation.add_turn([text_block("I'll search."), search_use("s")], paused=True)
    assert conversation.messages[-1] == assistant(text_block("I'll search."), search_use("s"))
    conversation.add_turn([search_result("s"), text_block("Found.")])
    whole = assistant(
        text_block("I'll search."), search_use("s"), search_result("s"), text_block("Found.")
    )
    assert conversation.messages == [user(text_block("Hi")), whole]


def test_a_paused_turn_does_not_go_on_once_the_user_spoke() -> None:
    conversation = make_conversation()
    conversation.add_turn([text_block("I'll search."), THOUGHT, search_use("s")], paused=True)
    before = copy.deepcopy(conversation.messages)
    conversation.say("Stop!")
    assert conversation.messages == [
        user(text_block("Hi")),
        assistant(text_block("I'll search.")),  # neither open work nor thinking at the end
        user(text_block("Stop!")),
    ]
    assert before[1] == assistant(text_block("I'll search."), THOUGHT, search_use("s"))


def test_a_paused_turn_may_come_to_nothing() -> None:
    conversation = make_conversation()
    conversation.add_turn([THOUGHT, search_use("s")], paused=True)
    conversation.say("Stop!")
    assert conversation.messages == [user(text_block("Hi")), user(text_block("Stop!"))]


def test_open_work_ends_also_when_results_came_in_between() -> None:
    conversation = make_conversation()
    conversation.add_turn([search_use("s"), tool_use("a")], [result("a")], paused=True)
    assert conversation.messages[1:] == [
        assistant(search_use("s"), tool_use("a")),
        user(result("a")),
    ]
    conversation.say("Stop!")
    assert conversation.take()[1:] == [
        assistant(tool_use("a")),
        user(result("a")),
        user(text_block("Stop!")),
    ]


def test_a_search_beside_a_call_has_its_result_a_turn_later() -> None:
    conversation = make_conversation()
    conversation.add_turn([search_use("s"), tool_use("a")], [result("a")], paused=True)
    conversation.add_turn([search_result("s"), text_block("Found.")])
    conversation.say("Thanks!")
    assert conversation.take()[1:] == [
        assistant(search_use("s"), tool_use("a")),
        user(result("a")),
        assistant(search_result("s"), text_block("Found.")),
        user(text_block("Thanks!")),
    ]


def test_the_old_name_of_who_is_called_works_and_warns() -> None:
    conversation, called = Conversation(), []
    with pytest.warns(FutureWarning, match="heard is called on_user_message now"):
        conversation.heard = lambda: called.append(1)
    conversation.say("Hi.")
    with pytest.warns(FutureWarning, match="on_user_message"):
        assert conversation.heard is conversation.on_user_message
    assert called == [1]


def test_a_result_of_no_call_is_not_kept() -> None:
    assert kept([search_result("s"), text_block("Found.")], ()) == [text_block("Found.")]


def test_thinking_that_was_cut_is_not_kept() -> None:
    cut = {"type": "thinking", "thinking": "Hm", "signature": ""}
    assert resendable([text_block("A"), cut], ()) == [text_block("A")]
    assert kept([THOUGHT, text_block("A"), HIDDEN, THOUGHT], ()) == [THOUGHT, text_block("A")]


def test_blocks_that_nobody_knows_are_kept() -> None:
    unknown = {"type": "sneeze", "strength": 9}
    assert kept([unknown], ()) == [unknown]


def test_closing_takes_only_what_is_open() -> None:
    blocks = [
        search_use("s"),
        text_block("A"),
        search_use("t"),
        {**search_use("m"), "type": "mcp_tool_use"},
    ]
    assert closed(blocks, {"s"}) == [search_use("s"), text_block("A")]


# --- A text that goes on ------------------------------------------------------------------


def test_a_model_that_takes_it_goes_on_from_its_own_words() -> None:
    conversation = make_conversation()
    conversation.add_turn([text_block("Once upon a ")])
    before = conversation.messages
    conversation.ask_to_continue(prefill=True)
    assert conversation.take() == [user(text_block("Hi")), assistant(text_block("Once upon a"))]
    assert before[1] == assistant(text_block("Once upon a "))
    conversation.add_turn([text_block(" time.")])
    assert conversation.messages[1:] == [assistant(text_block("Once upon a"), text_block(" time."))]


@pytest.mark.parametrize("prefill", [True, False])
def test_others_are_asked_by_the_user(prefill: bool) -> None:
    conversation = make_conversation()
    end = [search_use("s"), search_result("s")] if prefill else []
    conversation.add_turn([text_block("{x}" * TAIL), text_block("Once upon a "), *end])
    conversation.ask_to_continue(prefill)
    *_, last = conversation.take()
    assert last["role"] == "user"
    assert "{x}Once upon a ]. Continue" in text_of(last)
    assert len(text_of(last)) < 2 * TAIL


def test_nothing_goes_on_where_nothing_was_said() -> None:
    for conversation in (Conversation(), make_conversation()):
        before = conversation.messages
        conversation.ask_to_continue(prefill=True)
        conversation.ask_to_continue(prefill=False)
        assert conversation.messages == before


def test_what_the_user_says_comes_behind_what_is_asked_for_them() -> None:
    conversation = make_conversation()
    conversation.add_turn([text_block("Once")])
    conversation.say("Faster!")
    conversation.ask_to_continue(prefill=False)
    asks, says = conversation.take()[-1]["content"]
    assert "Continue" in asks["text"]
    assert says == text_block("Faster!")


# --- Whole characters ---------------------------------------------------------------------


@given(st.recursive(st.text(st.characters()), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_sendable_can_be_encoded(value: Any) -> None:
    (copied,) = sendable([{"type": "text", "text": value}])
    json.dumps(copied, ensure_ascii=False).encode("utf-8")
    assert sendable([copied]) == [copied]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whole_characters_stay_as_they_are(text: str) -> None:
    assert sendable([text_block(text)]) == [text_block(text)]


def test_halves_find_each_other() -> None:
    assert sendable([text_block("\ud83d" + "\ude00")]) == [text_block("😀")]
    assert sendable([text_block("\ude00\ud83d")]) == [text_block("\ufffd\ufffd")]
    assert sendable([{"\ud83d": "\ud83d", "n": float("nan")}]) == [{"\ufffd": "\ufffd", "n": None}]


# --- Any life of a conversation -----------------------------------------------------------


def check_beyond_the_mock(messages: list[Message], paused: bool) -> None:
    """Assert what the API is known to want, in words of its own; the mock has the last word."""
    # Strict JSON in whole characters.
    json.dumps(messages, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert messages[0]["role"] == "user"
    known: set[str] = set()
    done = {b["tool_use_id"] for m in messages for b in m["content"] if "tool_use_id" in b}
    is_open = False  # whether a tool of the API has begun and will have no result
    for place, message in enumerate(messages):
        blocks = message["content"]
        after = messages[place + 1] if place + 1 < len(messages) else None
        assert blocks
        for block in blocks:
            if block["type"] == "text":
                assert block["text"].strip()
                assert message["role"] == "assistant" or not is_open
            if block["type"] == "thinking":
                assert block["signature"]
            if "id" in block:
                assert block["id"] not in known
                known.add(block["id"])
            if "tool_use_id" in block:
                assert block["tool_use_id"] in known
            if block["type"] == "server_tool_use":
                is_open = is_open or block["id"] not in done
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if message["role"] == "assistant":
            assert after is None or after["role"] == "user"
            if not (paused and after is None):
                assert blocks[-1]["type"] not in ("thinking", "redacted_thinking")
            if calls:
                assert after is not None
                given = [b["tool_use_id"] for b in after["content"] if b["type"] == "tool_result"]
                assert sorted(given) == sorted(calls)
        else:
            kinds = [block["type"] for block in blocks]
            assert kinds == sorted(kinds, key=lambda kind: kind != "tool_result")


def accept(request: dict[str, Any]) -> None:
    """Assert that the mock has no objection to a request."""
    plan = API.plan("POST", "/v1/messages", HEADERS, json.dumps(request).encode())
    assert plan.status == 200, b"".join(chunk.data for chunk in plan.chunks)


PIECES = ["Hello", " ", "\n\n", "world. ", "😀", "\ud83d", "\ude00", "é", ""]
spoken = st.lists(st.sampled_from(PIECES), max_size=4)
minds = st.sampled_from(["", "Hm.", "Let me see. "])
KINDS = ["text", "text", "thinking", "redacted", "call", "call", "search", "upload"]


@dataclass
class Life:
    """A conversation, and beside it what has to be in there."""

    draw: Any
    prefill: bool
    conversation: Conversation = field(default_factory=Conversation)
    paused: bool = False
    numbers: int = 0
    texts: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    searches: set[str] = field(default_factory=set)  # that the API has given a result for
    seen: list[tuple[list[Message], list[Message]]] = field(default_factory=list)

    def number(self) -> str:
        self.numbers += 1
        return f"{self.numbers:06}"

    def request(self, messages: list[Message]) -> dict[str, Any]:
        if self.prefill:
            settings: dict[str, Any] = {"model": "claude-haiku-4-5"}
        else:
            settings = {"model": "offline-mock", "thinking": {"type": "adaptive"}}
        return {"max_tokens": 2000, "tools": TOOLS, "messages": messages} | settings

    def look(self) -> None:
        """Assert that the conversation is as it should be at this very moment."""
        messages = self.conversation.messages
        self.seen.append((messages, copy.deepcopy(messages)))
        if not messages:
            return
        check_beyond_the_mock(messages, self.paused)
        goes_on = self.prefill and messages[-1]["content"][-1]["type"] == "text"
        is_trimmed = goes_on and text_of(messages[-1]) == text_of(messages[-1]).rstrip()
        if messages[-1]["role"] == "user" or self.paused or is_trimmed:
            accept(self.request(messages))
        mine = [b for m in messages if m["role"] == "assistant" for b in m["content"]]
        assert [block["text"] for block in mine if block["type"] == "text"] == self.texts
        done = {block["tool_use_id"] for block in mine if "tool_use_id" in block}
        assert done == self.searches
        results = [b for m in messages if m["role"] == "user" for b in m["content"]]
        given = {b["tool_use_id"]: b["content"] for b in results if b["type"] == "tool_result"}
        assert given == self.answers
        assert {block["id"] for block in mine if block["type"] == "tool_use"} == set(given)

    def say(self) -> None:
        self.conversation.say(self.draw(st.sampled_from(["Hi", " So? ", "\ud83d", "Go on."])))
        self.look()

    def turn(self) -> None:
        """Send what there is, read a reply to its end or not, run some of its tools."""
        sent = self.conversation.take()
        events, reason = self.reply(sent)
        is_whole = self.draw(st.booleans())
        heard = events if is_whole else events[: self.draw(st.integers(0, len(events)))]
        reply, calls = MessageAssembler(), []
        for event in heard:
            calls += [one for one in reply.feed(event) if isinstance(one, ToolCall)]
        content = reply.message["content"]
        is_whole = reply.finished
        run = calls if is_whole else [call for call in calls if self.draw(st.booleans())]
        results = [result(call.id, f"saw {call.id}") for call in reversed(run)]
        if self.draw(st.integers(0, 3)) == 0:
            self.say()  # the user interrupts
        self.paused = is_whole and reason in ("tool_use", "pause_turn")
        self.conversation.add_turn(content, results, paused=self.paused)
        self.texts += [
            block["text"]
            for block in sendable(content)
            if block["type"] == "text" and block["text"].strip()
        ]
        self.searches |= {block["tool_use_id"] for block in content if "tool_use_id" in block}
        self.answers |= {call.id: f"saw {call.id}" for call in run}
        messages = self.conversation.messages
        self.paused = self.paused and messages[-1]["role"] == "assistant"
        self.look()
        if not is_whole and self.draw(st.booleans()):
            self.go_on()

    def go_on(self) -> None:
        """Ask for the rest of a text, as after an error in the middle of it."""
        last = self.conversation._messages[-1]  # what is said meanwhile comes behind it
        self.conversation.ask_to_continue(self.prefill)
        is_text = last["role"] == "assistant" and last["content"][-1]["type"] == "text"
        if self.prefill and is_text:
            self.texts[-1] = self.texts[-1].rstrip()
        self.look()

    def reply(self, sent: list[Message]) -> tuple[list[Event], str]:
        """Draw what the API may answer to these messages, as events, and why it stops."""
        request = self.request(sent)
        resumed = sent[-1]["content"] if sent[-1]["role"] == "assistant" else []
        seals = [b.get("signature") or b.get("data") for b in resumed if "think" in b["type"]]
        blocks: list[tuple[Block, list[dict[str, Any]]]] = []
        every = [block for message in sent for block in message["content"]]
        done = {block["tool_use_id"] for block in every if "tool_use_id" in block}
        # First of all come the results of what the API was at.
        for block in every:
            if block["type"] == "server_tool_use" and block["id"] not in done:
                blocks.append((search_result(block["id"]), []))
        has_open = False
        for kind in self.draw(st.lists(st.sampled_from(KINDS), max_size=6)):
            if has_open and kind not in ("call", "search"):
                continue  # side by side with an open call there are only calls
            match kind:
                case "text":
                    deltas = [{"type": "text_delta", "text": one} for one in self.draw(spoken)]
                    blocks.append((text_block(""), deltas))
                case "thinking" if not self.prefill:
                    mind = self.draw(minds)
                    seals.append(signing.sign(mind, request))
                    start = {"type": "thinking", "thinking": "", "signature": ""}
                    seal = {"type": "signature_delta", "signature": seals[-1]}
                    blocks.append((start, [{"type": "thinking_delta", "thinking": mind}, seal]))
                case "redacted" if not self.prefill:
                    seals.append(signing.redact("Hm.", request))
                    blocks.append(({"type": "redacted_thinking", "data": seals[-1]}, []))
                case "call":
                    id = signing.tie(f"toolu_{self.number()}{'x' * 10}", seals)
                    pieces = self.draw(st.sampled_from([[""], ["", '{"a": ', '"\\ud83d"}'], ["{"]]))
                    deltas = [{"type": "input_json_delta", "partial_json": one} for one in pieces]
                    blocks.append((tool_use(id), deltas))
                case "search":
                    id = f"srvtoolu_{self.number()}"
                    deltas = [{"type": "input_json_delta", "partial_json": '{"query": "x"}'}]
                    blocks.append((search_use(id) | {"input": {}}, deltas))
                    has_open = has_open or self.draw(st.booleans())
                    if not has_open:
                        blocks.append((search_result(id), []))
                case "upload":
                    blocks.append(({"type": "container_upload", "file_id": "file_1"}, []))
        begun = {block["type"] for block, _ in blocks}
        ends_in_call = bool(blocks) and blocks[-1][0]["type"] == "tool_use"
        if ends_in_call or (has_open and "tool_use" in begun):
            due = "tool_use"
        else:
            due = "pause_turn" if has_open else "end_turn"
        reason = self.draw(st.sampled_from([due, due, "max_tokens"]))
        return events_of(blocks, reason), reason


def events_of(blocks: Iterable[tuple[Block, list[dict[str, Any]]]], reason: str) -> list[Event]:
    events: list[Event] = [{"type": "message_start", "message": {"role": "assistant"}}]
    for index, (start, deltas) in enumerate(blocks):
        at = {"index": index}
        events.append({"type": "content_block_start", **at, "content_block": start})
        events += [{"type": "content_block_delta", **at, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", **at})
    end = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {}}
    return [*events, end, {"type": "message_stop"}]


@settings(max_examples=examples(40))
@given(st.data(), st.booleans())
def test_any_life_of_a_conversation(data: st.DataObject, prefill: bool) -> None:
    live(data, prefill)


@pytest.mark.long
@settings(max_examples=250)
@given(st.data(), st.booleans())
def test_many_lives_of_a_conversation(data: st.DataObject, prefill: bool) -> None:
    live(data, prefill)


def live(data: st.DataObject, prefill: bool) -> None:
    life = Life(data.draw, prefill)
    life.say()
    for _ in range(data.draw(st.integers(1, 6))):
        messages = life.conversation.messages
        answers_itself = prefill and messages[-1]["content"][-1]["type"] == "text"
        is_due = messages[-1]["role"] == "user" or life.paused or answers_itself
        if not is_due or data.draw(st.integers(0, 4)) == 0:
            life.say()
        life.turn()
    for messages, before in life.seen:
        assert messages == before  # what was given out never changes afterwards
