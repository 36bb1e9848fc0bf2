"""Notebook 10: five recordings, and what is wrong with the client in each."""

from typing import NamedTuple

from helpers.lessons.checking.part import Case, Misconception, Namespace, Part

__all__ = ["PARTS"]

NOTEBOOK = "10_sdk_and_openai"

WIRE_STUB = """\
FAULT = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
}
"""

WIRE_REFERENCE = """\
FAULT = {
    "A": 4,  # stop_reason max_tokens, and the next request has a result for the call
    "B": 1,  # no "stream" in the body, and an answer of type application/json
    "C": 3,  # the haiku goes back without its spaces
    "D": 5,  # the client left after content_block_stop; the call had not even begun
    "E": 6,  # the pieces say Lagos, the request that follows says {}
}
"""


class Decoy(NamedTuple):
    """A fault that none of the five has."""

    number: int
    id: str
    looks_like: str
    try_next: str


DECOYS = (
    Decoy(
        2,
        "blames-the-chunks",
        "a client that trips over chunk borders; it would lose whole events, here and there",
        "Compare what came with what the next request says about it. Are whole events missing?",
    ),
    Decoy(
        7,
        "blames-a-retry",
        "a client that asks the same again; then the same request would stand there twice",
        "Compare the requests. Is any of them refused?",
    ),
    Decoy(
        8,
        "blames-a-missing-result",
        "a call that gets no result; then the API would have refused the next request with 400",
        "Look at the status of each answer.",
    ),
    Decoy(
        9,
        "blames-a-ping",
        "a client that gives up at a ping; then the last thing that it saw would be one",
        "Look at the last event that arrived.",
    ),
)


class Wire(NamedTuple):
    """One recording: who was recorded, its fault, and what the wire shows of it."""

    letter: str
    who: str
    number: int
    id: str
    looks_like: str
    try_next: str


WIRES = (
    Wire(
        "A",
        "An agent that writes files.",
        4,
        "overlooks-the-stop-reason",
        "a recording read without its stop_reason: it is the event before the last",
        "Find out why the first answer ended, and what the client made of its call.",
    ),
    Wire(
        "B",
        "A script that has worked with another API.",
        1,
        "overlooks-the-request",
        "an answer looked at, and not the question: the fault was made before the first byte came",
        "Compare the fields of this request's body with those of the others.",
    ),
    Wire(
        "C",
        "A chat, with two questions so far.",
        3,
        "overlooks-the-history",
        "a stream without a fault, which it is; what the client made of it stands in its next "
        "request",
        "Read the assistant's message in the second request aloud.",
    ),
    Wire(
        "D",
        "An agent that tells the weather.",
        5,
        "overlooks-the-end",
        "a recording read without its end: `complete` is one way to end, and this is another",
        "Who has closed this connection, and after which event?",
    ),
    Wire(
        "E",
        "The same, by somebody else.",
        6,
        "overlooks-the-deltas",
        "a call that the model has filled in, and that comes back otherwise",
        "Join the pieces of partial_json, and compare them with the call in the second request.",
    ),
)


def wire_case(wire: Wire) -> Case:
    """A case that asks for one recording."""

    def run(my: Namespace) -> object:
        return my.FAULT[wire.letter]

    def decoy(one: Decoy) -> Misconception:
        return Misconception(
            one.id, one.looks_like, one.try_next, lambda out: out.returned == one.number
        )

    return Case(
        f"recording {wire.letter}",
        wire.who,
        f'FAULT["{wire.letter}"]',
        run,
        "the number of its fault",  # a diagnosis shows this, and should leave something to do
        (
            Misconception(
                id="not-answered",
                looks_like="a recording without an answer",
                try_next="Write the number of the fault, from 1 to 9.",
                matches=lambda out: out.returned is ... or isinstance(out.error, KeyError),
            ),
            *map(decoy, DECOYS),
            Misconception(
                id=wire.id,
                looks_like=wire.looks_like,
                try_next=wire.try_next,
                matches=lambda out: out.returned in range(1, 10),
            ),
            Misconception(
                id="no-such-fault",
                looks_like="an answer that is none of the nine numbers",
                try_next="Write a number from 1 to 9.",
                matches=lambda out: out.error is None,
            ),
        ),
        lambda returned, expected: bool(returned == wire.number),
    )


READ_THE_WIRE = Part(
    id="read_the_wire",
    title="Read the wire",
    notebook=NOTEBOOK,
    minutes=12,
    difficulty="medium",
    teaches="You find what is wrong with a client from what it sent and what it got.",
    stub=WIRE_STUB,
    reference=WIRE_REFERENCE,
    cases=tuple(map(wire_case, WIRES)),
    hints=(
        "The API makes no mistake in any of them. Ask of each request whether it is what should "
        "have followed on the answer before it.",
        "Look at five places, one for each: a field of a request, the end of a recording, a "
        "stop_reason, the text of a message, the input of a call.",
        "The numbers, with what gives each away:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (READ_THE_WIRE,)
