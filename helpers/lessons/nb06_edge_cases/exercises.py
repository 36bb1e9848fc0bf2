"""Notebook 06: what stays of a turn that broke off, and what may be sent again."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["HISTORIES", "PARTS", "History"]

NOTEBOOK = "06_edge_cases"

Block = dict[str, Any]
Message = dict[str, Any]


def text(words: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": words}


def thinking(thought: str, signature: str = "c2lnbmVk") -> Block:
    """A block of thinking; without a signature, it was cut."""
    return {"type": "thinking", "thinking": thought, "signature": signature}


def call(id: str, city: str = "Lagos") -> Block:
    """A call of the learner's tool."""
    return {"type": "tool_use", "id": id, "name": "get_weather", "input": {"city": city}}


def result(id: str, content: str = "31 °C and sunny") -> Block:
    """What the learner's tool gave back."""
    return {"type": "tool_result", "tool_use_id": id, "content": content}


def search(id: str) -> Block:
    """A call of the API's own."""
    return {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "rain"}}


def found(id: str) -> Block:
    """What the API's own call gave back."""
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": []}


# A small exercise: which of these would be refused


POISONED_STUB = """\
REFUSED = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
    "I": ...,
}
"""

POISONED_REFERENCE = """\
REFUSED = {
    "A": False,  # half a sentence is text like any other
    "B": True,  # a call without its result
    "C": False,  # the result first, and then what the user says
    "D": True,  # the result is there, but not at the start of the message
    "E": True,  # the signature comes last: this thinking was cut
    "F": True,  # a message with nothing in it
    "G": True,  # a result without its call
    "H": False,  # two messages of the user's in a row are one
    "I": True,  # the assistant has the last word, and this model can't go on from there
}
"""

ASK: Message = {"role": "user", "content": "What's the weather in Lagos?"}
NEXT: Message = {"role": "user", "content": "And now?"}
CALLED = "toolu_01"


def assistant(*content: Block) -> Message:
    """A message of the assistant's."""
    return {"role": "assistant", "content": list(content)}


def user(*content: Block) -> Message:
    """A message of the user's."""
    return {"role": "user", "content": list(content)}


class History(NamedTuple):
    """One history of the exercise: what is in it, whether it is refused, and a mistake."""

    letter: str
    what: str
    messages: list[Message]
    refused: bool
    id: str
    looks_like: str
    try_next: str


HISTORIES = (
    History(
        "A",
        "a question, an answer that ends in the middle of a word, the next question",
        [ASK, assistant(text("The weather in La")), NEXT],
        False,
        "fears-cut-text",
        "text that was cut taken for poison: it is text like any other, and nothing in a message "
        "says that there was more",
        "Ask what the API could see that is wrong with it.",
    ),
    History(
        "B",
        "a question, an answer with a call in it, the next question",
        [ASK, assistant(text("Let me look."), call(CALLED)), NEXT],
        True,
        "leaves-a-call-open",
        "a call that nobody has answered taken for one that can wait",
        "Look at the first picture of this notebook.",
    ),
    History(
        "C",
        "a question, a call, a message that holds its result and, behind it, the next question",
        [ASK, assistant(call(CALLED)), user(result(CALLED), text("And now?"))],
        False,
        "fears-text-after-results",
        "text behind the results taken for text in front of them",
        "The results have to come first. What may come second?",
    ),
    History(
        "D",
        "the same, with the question in front of the result",
        [ASK, assistant(call(CALLED)), user(text("And now?"), result(CALLED))],
        True,
        "text-before-results",
        "a result that is looked for anywhere in the message; the API looks at its start",
        "Notebook 05 has sent this one. Read again what came back.",
    ),
    History(
        "E",
        "a question, thinking without a signature and some text, the next question",
        [ASK, assistant(thinking("A question of rain", ""), text("Let me")), NEXT],
        True,
        "forges-thinking",
        "thinking without its seal: it comes in the last delta of the block, so this was cut",
        "Count what the second kind of 400 above was about.",
    ),
    History(
        "F",
        "a question, an answer without any block, the next question",
        [ASK, assistant(), NEXT],
        True,
        "keeps-an-empty-turn",
        "a turn with nothing in it: a stream that is cut before its first block leaves one",
        "Look at what the API says about a cut after the first event.",
    ),
    History(
        "G",
        "a question, an answer whose call was dropped, a message with the result of the call",
        [ASK, assistant(text("Let me look.")), user(result(CALLED))],
        True,
        "drops-one-of-two",
        "a call dropped and its result kept: the two stay together or go together",
        "Ask what the result is the result of.",
    ),
    History(
        "H",
        "a question, and the same question once more: the answer was dropped as a whole",
        [ASK, ASK],
        False,
        "fears-two-in-a-row",
        "a rule that roles must take turns; that was years ago",
        "The API reads two messages of one role as one.",
    ),
    History(
        "I",
        "a question, and the half answer as the last message, for the model to go on with it",
        [ASK, assistant(text("The weather in La"))],
        True,
        "trusts-prefill",
        "a prefill, which models from 4.6 on refuse: the conversation ends with the user",
        "Look at what the API said to the first way of going on.",
    ),
)


def history_case(history: History) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "REFUSED",
        "history",
        history.letter,
        history.what,
        history.refused,
        mistake=(history.id, history.looks_like, history.try_next),
        how="Write True if the API would refuse it, False if not.",
    )


POISONED = Part(
    id="poisoned",
    title="Which of these is poisoned?",
    notebook=NOTEBOOK,
    minutes=5,
    difficulty="gentle",
    teaches="You can say of a history whether the API would take it.",
    stub=POISONED_STUB,
    reference=POISONED_REFERENCE,
    cases=tuple(map(history_case, HISTORIES)),
    hints=(
        "Go through each as the API does, message by message. What could it see that is wrong? It "
        "doesn't know that anything was cut.",
        "Four rules refuse these: a call and its result belong together, the result at the start "
        "of the next message; thinking has a signature; a message holds something; and the user "
        "has the last word.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: a stop that stops


STOPPABLE_STUB = '''\
async def run_stoppable(tool, clean_up):
    """Return what a tool returns; if it fails, the words "It failed."

    tool: an async function without arguments.
    clean_up: a plain function to be called once at the end, whatever happened.
    Whoever waits for this may cancel it, and it ends then.
    """
    try:
        return await tool()
    except BaseException:
        return "It failed."
    clean_up()
'''

STOPPABLE_REFERENCE = '''\
async def run_stoppable(tool, clean_up):
    """Return what a tool returns; if it fails, the words "It failed."."""
    try:
        return await tool()
    except Exception:  # a cancellation is none: it is no failure of the tool
        return "It failed."
    finally:
        clean_up()
'''


def stopping(*, fails: bool = False, stopped: bool = False) -> Callable[[Namespace], Any]:
    """A run of one tool that succeeds, fails, or is cancelled while it runs."""

    async def run(my: Namespace) -> object:
        cleaned: list[str] = []

        async def tool() -> str:
            if stopped:
                await asyncio.Event().wait()
            if fails:
                raise ValueError("no such city")
            return "31 °C"

        task = asyncio.ensure_future(my.run_stoppable(tool, lambda: cleaned.append("cleaned up")))
        await asyncio.sleep(0)
        if stopped:
            # The tool has begun by now, however the answer calls it.
            await asyncio.sleep(0.01)
            task.cancel()
        await asyncio.wait([task], timeout=1)
        ended = "still running"
        if task.done():
            ended = "cancelled" if task.cancelled() else tell(task)
        return [ended, *cleaned]

    return run


def tell(task: "asyncio.Future[Any]") -> str:
    """Say how a task has ended."""
    error = task.exception()
    return f"raised {type(error).__name__}" if error else f"returned {task.result()!r}"


def ended(out: Outcome, how: str) -> bool:
    """Whether the run ended like this."""
    return bool(out.returned[0] == how)


NOT_CLEANED = Misconception(
    id="does-not-clean-up",
    looks_like="an end without cleaning up: a line behind `return` or `raise` never runs",
    try_next="There is a part of `try` that runs at every end.",
    matches=lambda out: out.returned[0] == out.expected[0] and len(out.returned) == 1,
)
CLEANED_TWICE = Misconception(
    id="cleans-up-twice",
    looks_like="cleaning up twice: once at the place, and once at every end",
    try_next="One `finally` is enough.",
    matches=lambda out: len(out.returned) > 2,
)
STOP_CODE = "task = asyncio.create_task(run_stoppable(tool, clean_up))"

STOPPABLE = Part(
    id="stoppable",
    title="Find the bug: Stop doesn't",
    notebook=NOTEBOOK,
    minutes=5,
    difficulty="medium",
    teaches="You let a cancellation through, and clean up at every end.",
    stub=STOPPABLE_STUB,
    reference=STOPPABLE_REFERENCE,
    cases=(
        Case(
            "a tool that works",
            "Most do.",
            f"{STOP_CODE}\nawait task",
            stopping(),
            ["returned '31 °C'", "cleaned up"],
            (NOT_CLEANED, CLEANED_TWICE),
        ),
        Case(
            "a tool that fails",
            "A failure is something to tell the model.",
            f"{STOP_CODE}\nawait task",
            stopping(fails=True),
            ["returned 'It failed.'", "cleaned up"],
            (
                Misconception(
                    id="lets-failures-out",
                    looks_like="a failure of the tool that ends the agent as well",
                    try_next="Catch what a tool may raise: `Exception`, and return the words.",
                    matches=lambda out: ended(out, "raised ValueError"),
                ),
                NOT_CLEANED,
                CLEANED_TWICE,
            ),
        ),
        Case(
            "stopped while the tool runs",
            "Somebody has pressed Stop, or Ctrl-C.",
            f"{STOP_CODE}\nawait asyncio.sleep(0.01)\ntask.cancel()\nawait task",
            stopping(stopped=True),
            ["cancelled", "cleaned up"],
            (
                Misconception(
                    id="swallows-cancellation",
                    looks_like="a cancellation that was caught and turned into a result: whoever "
                    "pressed Stop is told about a failure, and the agent goes on",
                    try_next="`BaseException` and a bare `except` catch CancelledError, too. Which "
                    "class doesn't?",
                    matches=lambda out: out.returned[0].startswith("returned"),
                ),
                Misconception(
                    id="shields-the-tool",
                    looks_like="a tool that nobody can stop",
                    try_next="Await the tool itself, without anything around it that keeps a "
                    "cancellation off.",
                    matches=lambda out: ended(out, "still running"),
                ),
                Misconception(
                    id="renames-the-cancellation",
                    looks_like="a cancellation that leaves under another name, so that nobody "
                    "knows it for one",
                    try_next="Let it pass as it is, or `raise` it again without an argument.",
                    matches=lambda out: out.returned[0].startswith("raised"),
                ),
                NOT_CLEANED,
                CLEANED_TWICE,
            ),
        ),
    ),
    hints=(
        "Two bugs. One is a class that is too wide, the other a line that is never reached.",
        "CancelledError is a BaseException and no Exception, so `except Exception` lets it pass. "
        "What has to happen at every end belongs into `finally`.",
        "Two words differ, and one line has moved:",
    ),
    module=__name__,
    in_build=False,
)


# The part: what stays, and how to go on


STUB = '''\
def kept(content, answered):
    """Return the blocks of a turn that broke off which may be sent again.

    content: the assistant's blocks as they came; their end may be missing. It stays as it is.
    answered: ids of the calls (tool_use) that have a result.
    """
    ...


def continuation(text):
    """Return the user's message that asks for the rest of a text that broke off.

    It quotes the last 200 characters of the text.
    """
    ...
'''

CITED = {"type": "text", "text": "It rains.", "citations": [{"type": "char_location"}]}
REDACTED = {"type": "redacted_thinking", "data": "ZW5jcnlwdGVk"}
NOVEL = {"type": "hologram", "shape": "a teapot"}
UNSIGNED = {"type": "thinking", "thinking": "A question of"}

LOOK = text("Let me look.")
A, B = call("toolu_a"), call("toolu_b", "Oslo")
S, FOUND = search("srvtoolu_s"), found("srvtoolu_s")


def is_blocks(out: Outcome) -> bool:
    """Whether a list of blocks came back."""
    return isinstance(out.returned, list) and all(isinstance(b, dict) for b in out.returned)


def has(out: Outcome, *blocks: Block) -> bool:
    """Whether all of these came back."""
    return is_blocks(out) and all(block in out.returned for block in blocks)


def lacks(out: Outcome, *blocks: Block) -> bool:
    """Whether none of these came back."""
    return is_blocks(out) and all(block not in out.returned for block in blocks)


# Mistakes that can show in any case.
SHAPE = (
    Misconception(
        id="returns-nothing",
        looks_like="a function without a `return`: perhaps it changes the list in place",
        try_next="Build a new list, and return it.",
        matches=lambda out: out.error is None and not out.timed_out and out.returned is None,
    ),
    Misconception(
        id="is-a-generator",
        looks_like="a generator, which is no list of blocks until somebody makes one of it",
        try_next="Collect the blocks in a list, and return that.",
        matches=lambda out: hasattr(out.returned, "__next__"),
    ),
    Misconception(
        id="returns-a-message",
        looks_like="a whole message, where its blocks were asked for",
        try_next="Return the list; who calls puts the role around it.",
        matches=lambda out: isinstance(out.returned, dict) and "content" in out.returned,
    ),
    Misconception(
        id="throws-the-turn-away",
        looks_like="a turn thrown away as a whole: it is a safe answer, and forgets what the "
        "user has read",
        try_next="Decide about each block by itself.",
        matches=lambda out: out.returned == [] and out.expected != [],
    ),
)


def keeping(
    name: str,
    why: str,
    content: Sequence[Block],
    answered: Iterable[str],
    expected: Sequence[Block],
    *mistakes: Misconception,
) -> Case:
    """A case that asks what of a turn is kept."""
    ids = list(answered)

    def run(my: Namespace) -> object:
        return my.kept(deepcopy(list(content)), list(ids))

    shown = ",\n     ".join(map(repr, content))
    code = f"kept(\n    [{shown}],\n    answered={ids})"
    return Case(name, why, code, run, list(expected), (*mistakes, *SHAPE))


def unchanged(my: Namespace) -> object:
    """Say what became of the list that was handed in."""
    given = [thinking("A question of", ""), text(" "), LOOK, A]
    before = deepcopy(given)
    my.kept(given, ["toolu_b"])
    return "as it was" if given == before else given


DROPS_TEXT = Misconception(
    id="drops-cut-text",
    looks_like="text dropped because it ends in mid-word: the user has read it, and asks about it",
    try_next="A text is worth keeping if there is anything in it.",
    matches=lambda out: lacks(out, text("The weather in La")),
)
DROPS_THINKING = Misconception(
    id="drops-thinking",
    looks_like="all thinking dropped; with a call behind it, the API wants it back unchanged",
    try_next="Keep thinking that has its signature.",
    matches=lambda out: any(
        block["type"] == "thinking" and lacks(out, block) for block in out.expected
    ),
)
KEEPS_OPEN_CALL = Misconception(
    id="keeps-an-unanswered-call",
    looks_like="a call without a result, kept: the conversation is refused from here on",
    try_next="Keep a tool_use only if its id is in `answered`.",
    matches=lambda out: any(
        block["type"] == "tool_use" and block not in out.expected for block in out.returned
    ),
)
DROPS_ANSWERED = Misconception(
    id="drops-an-answered-call",
    looks_like="a call dropped that has a result: the result is poison then, and the model "
    "doesn't know what was done",
    try_next="A call that is in `answered` stays.",
    matches=lambda out: any(
        block["type"] == "tool_use" and lacks(out, block) for block in out.expected
    ),
)
KEEPS_CUT_THINKING = Misconception(
    id="keeps-cut-thinking",
    looks_like="thinking without its signature, which the API takes for a forgery",
    try_next="The signature comes in the last delta of the block. Look whether it is there.",
    matches=lambda out: (
        is_blocks(out)
        and any(b["type"] == "thinking" and not b.get("signature") for b in out.returned)
    ),
)
ENDS_IN_THINKING = Misconception(
    id="ends-in-thinking",
    looks_like="a turn that ends in thinking, signed and all: the API wants something behind it",
    try_next="When all other blocks are sorted out, look at the last one, and again.",
    matches=lambda out: (
        is_blocks(out) and bool(out.returned) and out.returned[-1]["type"] == "thinking"
    ),
)

KEPT = (
    keeping(
        "a whole turn",
        "It may have broken off at the very end, between two events.",
        [thinking("A question of rain."), CITED, A, B],
        ["toolu_a", "toolu_b"],
        [thinking("A question of rain."), CITED, A, B],
        DROPS_THINKING,
        DROPS_ANSWERED,
        Misconception(
            id="loses-fields",
            looks_like="blocks built anew from the fields that you know; the others are lost, "
            "such as citations",
            try_next="Keep the block itself, or a copy of all of it.",
            matches=lambda out: is_blocks(out) and len(out.returned) == len(out.expected),
        ),
    ),
    keeping(
        "a text that ends in mid-word",
        "The most common cut of all.",
        [LOOK, text("The weather in La")],
        [],
        [LOOK, text("The weather in La")],
        DROPS_TEXT,
    ),
    keeping(
        "text with nothing in it",
        "A block opens empty, and is cut before its first delta. Models also write blank lines.",
        [LOOK, text(""), text("\n\n")],
        [],
        [LOOK],
        Misconception(
            id="keeps-empty-text",
            looks_like="an empty text, kept: text content blocks must be non-empty",
            try_next="Keep a text block only if there is something in its text.",
            matches=lambda out: has(out, text("")),
        ),
        Misconception(
            id="keeps-blank-text",
            looks_like="a text of blank lines, kept: the API refuses that just as it does an "
            "empty one",
            try_next="`strip()` it before you look whether anything is there.",
            matches=lambda out: has(out, text("\n\n")),
        ),
    ),
    keeping(
        "a call that was cut",
        "Its input was half there; nothing could run.",
        [LOOK, A],
        [],
        [LOOK],
        KEEPS_OPEN_CALL,
    ),
    keeping(
        "one of two calls was answered",
        "The first tool had started in mid-stream, and was done before the cut.",
        [LOOK, A, B],
        ["toolu_a"],
        [LOOK, A],
        KEEPS_OPEN_CALL,
        DROPS_ANSWERED,
    ),
    keeping(
        "thinking that was cut",
        "The cable was pulled while the model thought.",
        [thinking("A question of", ""), LOOK, UNSIGNED],
        [],
        [LOOK],
        KEEPS_CUT_THINKING,
        Misconception(
            id="expects-a-signature",
            looks_like="a field that is expected in every block; the signature may be missing "
            "altogether",
            try_next='`block.get("signature")` is None where there is none.',
            matches=lambda out: isinstance(out.error, KeyError),
        ),
    ),
    keeping(
        "thinking with nothing behind it",
        "The thought was whole, and the text behind it had only just opened.",
        [LOOK, thinking("A question of rain."), text("")],
        [],
        [LOOK],
        ENDS_IN_THINKING,
    ),
    keeping(
        "thinking that nobody may read",
        "Some thinking comes encrypted, as a block of another type.",
        [LOOK, A, REDACTED, thinking("A question of rain.")],
        ["toolu_a"],
        [LOOK, A],
        ENDS_IN_THINKING,
        Misconception(
            id="forgets-redacted-thinking",
            looks_like="a turn that ends in thinking all the same: some of it has the type "
            "redacted_thinking",
            try_next="Both types may stand at the end, in any order.",
            matches=lambda out: has(out, REDACTED),
        ),
    ),
    keeping(
        "the same id twice",
        "A proxy sent a block again; ids must be unique.",
        [LOOK, A, A],
        ["toolu_a"],
        [LOOK, A],
        Misconception(
            id="keeps-repeated-ids",
            looks_like="one call kept twice",
            try_next="Remember the ids that you have kept, and keep each once.",
            matches=lambda out: is_blocks(out) and out.returned.count(A) == 2,
        ),
        DROPS_ANSWERED,
    ),
    keeping(
        "a search that was cut",
        "The API runs some tools itself; their results come in the same turn, or not any more.",
        [LOOK, S],
        [],
        [LOOK],
        Misconception(
            id="keeps-an-own-call-open",
            looks_like="a call of the API's own tools (server_tool_use), kept without its result",
            try_next="Its result is a later block with its id as `tool_use_id`. Is there one?",
            matches=lambda out: has(out, S),
        ),
    ),
    keeping(
        "a search that was done",
        "Nothing of it is yours to answer: `answered` doesn't know it.",
        [LOOK, S, FOUND, text("It rai")],
        [],
        [LOOK, S, FOUND, text("It rai")],
        Misconception(
            id="drops-own-calls",
            looks_like="the API's own calls looked up in `answered`, which is about yours",
            try_next="For a server_tool_use, look for its result among the blocks.",
            matches=lambda out: lacks(out, S),
        ),
        Misconception(
            id="drops-own-results",
            looks_like="results of the API's own tools dropped, without which their calls are open",
            try_next="Keep a block with a `tool_use_id` if its call stands before it.",
            matches=lambda out: lacks(out, FOUND),
        ),
    ),
    keeping(
        "a result without its call",
        "The front of a turn may be missing as well as its end.",
        [FOUND, LOOK],
        [],
        [LOOK],
        Misconception(
            id="keeps-an-orphan",
            looks_like="a result kept whose call isn't there",
            try_next="Any block with a `tool_use_id` belongs to a call before it.",
            matches=lambda out: has(out, FOUND),
        ),
    ),
    keeping(
        "a block that nobody knows",
        "The API gets new types of blocks, and wants them back.",
        [NOVEL, LOOK],
        [],
        [NOVEL, LOOK],
        Misconception(
            id="drops-the-unknown",
            looks_like="an unknown block dropped: that is a list of what may stay, where a list "
            "of what must go was meant",
            try_next="Name what has to go, and keep everything else.",
            matches=lambda out: lacks(out, NOVEL),
        ),
        Misconception(
            id="trips-over-the-unknown",
            looks_like="an exception at a type that isn't known yet",
            try_next="End your `match` or `if` with a case for everything else.",
            matches=lambda out: out.error is not None,
        ),
    ),
    Case(
        "your list stays as it was",
        "Whoever shows the turn still needs all of it.",
        "before = deepcopy(content)\nkept(content, [])\ncontent == before",
        unchanged,
        "as it was",
        (
            Misconception(
                id="changes-the-list",
                looks_like="a function that takes blocks out of the list that it was given",
                try_next="Build a new list.",
                matches=lambda out: isinstance(out.returned, list),
            ),
        ),
    ),
)

SHORT = "No word from the far\nshore; the timer"
LONG = "".join(f"{number:04} " for number in range(100))


def documented(quoted: str) -> Message:
    """The message in the words of the API's documentation."""
    words = f"Your previous response was interrupted and ended with [{quoted}]. Continue from "
    return {"role": "user", "content": f"{words}where you left off."}


def same_message(returned: Any, expected: Any) -> bool:
    """Whether these are the same message; text alone may also be one block."""
    match returned:
        case {"content": [{"type": "text", "text": words}]}:
            returned = {**returned, "content": words}
    return bool(returned == expected)


def said(out: Outcome) -> str:
    """All that came back, as text."""
    return str(out.returned)


def going_on(name: str, why: str, cut: str, code: str, *mistakes: Misconception) -> Case:
    """A case that asks for the message to go on with."""
    quoted = cut[-200:]
    shape = (
        Misconception(
            id="says-it-as-a-string",
            looks_like="the words alone, where a message was asked for",
            try_next='A message is a dict with "role" and "content".',
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="speaks-as-the-assistant",
            looks_like="a message of the assistant's, which models from 4.6 on don't go on from",
            try_next="The user asks.",
            matches=lambda out: out.returned["role"] == "assistant",
        ),
    )
    words = Misconception(
        id="own-words",
        looks_like="words of your own, or almost the documented ones: the model was trained on "
        "many, and these are the ones that its maker recommends",
        try_next="Copy them from the text above, with the brackets and the full stops.",
        matches=lambda out: isinstance(out.returned, dict) and "content" in out.returned,
    )
    returns_nothing = SHAPE[0]
    return Case(
        name,
        why,
        code,
        lambda my: my.continuation(cut),
        documented(quoted),
        (*shape, *mistakes, words, returns_nothing),
        same_message,
    )


CONTINUED = (
    going_on(
        "a short text",
        "The answer broke off early.",
        SHORT,
        f"continuation({SHORT!r})",
        Misconception(
            id="quotes-nothing",
            looks_like="a request to go on that doesn't say from where",
            try_next="Put the end of the text between the brackets.",
            matches=lambda out: isinstance(out.returned, dict) and "the timer" not in said(out),
        ),
    ),
    going_on(
        "a long text",
        "An answer can be long, and the model has it in front of it.",
        LONG,
        f"continuation(text)  # {len(LONG)} characters",
        Misconception(
            id="quotes-it-all",
            looks_like="the whole text quoted: it stands in the message before, and is paid for "
            "twice",
            try_next="A slice with a negative start gives the end of a string.",
            matches=lambda out: LONG in said(out),
        ),
        Misconception(
            id="quotes-the-beginning",
            looks_like="the beginning quoted, where the end was asked for",
            try_next="`text[:200]` is the first 200 characters. What is the last?",
            matches=lambda out: LONG[:200] in said(out),
        ),
        Misconception(
            id="cuts-elsewhere",
            looks_like="the end quoted, but not its last 200 characters",
            try_next="Count what `len` says about your quotation.",
            matches=lambda out: LONG[-20:] in said(out) and LONG[-200:] not in said(out),
        ),
        Misconception(
            id="quotes-too-much",
            looks_like="more than the last 200 characters",
            try_next="Count what `len` says about your quotation.",
            matches=lambda out: LONG[-201:] in said(out),
        ),
    ),
)

RECOVERY = Part(
    id="recovery",
    title="What stays of a turn that broke off",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="You take from a broken turn what the API will take back, and go on from there.",
    stub=STUB,
    reference=Path(__file__).with_name("recovery_reference.py"),
    cases=(*KEPT, *CONTINUED),
    hints=(
        "Go through the blocks once and decide about each by its type; remember the ids of the "
        "calls that you have seen. Two rules need the whole list: look at them at the end.",
        "Text needs something besides space, thinking a signature, a tool_use an id that is in "
        "`answered` and new, a block with a `tool_use_id` a call before it. Then drop "
        "server_tool_use without a result, and then thinking from the end for as long as it "
        "stands there.",
        "One loop, and two rules for the whole:",
    ),
    module=__name__,
)

PARTS = (POISONED, STOPPABLE, RECOVERY)
