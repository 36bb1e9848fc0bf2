"""The recordings of `read_the_wire`, the fault in each, and what a wrong number shows."""

from helpers.lessons.checking.case import Case, Misconception, Namespace
from helpers.lessons.common.letters import Letter, is_unanswered

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter("A", "An agent that writes files.", 4, "overlooks-the-stop-reason"),
    Letter("B", "A script that has worked with another API.", 1, "overlooks-the-request"),
    Letter("C", "A chat, with two questions so far.", 3, "overlooks-the-history"),
    Letter("D", "An agent that tells the weather.", 5, "overlooks-the-end"),
    Letter("E", "The same, by somebody else.", 6, "overlooks-the-deltas"),
)
# Faults that none of the five has.
DECOYS = {
    2: "blames-the-chunks",
    7: "blames-a-retry",
    8: "blames-a-missing-result",
    9: "blames-a-ping",
}


def decoy(number: int, id: str) -> Misconception:
    """The mistake of who sees a fault that is not there."""
    return Misconception(id=id, matches=lambda out: out.returned == number)


def recording(row: Letter) -> Case:
    """A case that asks for one recording."""

    def run(my: Namespace) -> object:
        return my.FAULT[row.letter]

    return Case(
        f"recording {row.letter}",
        row.what,
        f'FAULT["{row.letter}"]',
        run,
        "the number of its fault",  # a diagnosis shows this, and should leave something to do
        (
            Misconception(id="not-answered", matches=is_unanswered),
            *(decoy(number, id) for number, id in DECOYS.items()),
            Misconception(id=row.mistake, matches=lambda out: out.returned in range(1, 10)),
            Misconception(id="no-such-fault", matches=lambda out: out.error is None),
        ),
        lambda returned, expected: bool(returned == row.right),
    )


CASES = tuple(map(recording, LETTERS))
