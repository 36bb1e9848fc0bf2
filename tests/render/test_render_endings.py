"""How a run ended: one wording, which every front end tells."""

import contextlib

import pytest
from runs import CASES

from helpers.render.endings import DONE, STOPPED, Ending, ending, failure, sentence
from helpers.widgets import answer
from helpers.widgets.transcript import snapshot as transcript

GOOD_SIGN = "✓ done"


def test_the_words_of_an_ending():
    assert ending("end_turn").ok and ending("end_turn").label == "✓ done"
    assert ending("refusal").label == "■ declined"
    assert ending("max_tokens").label == "■ cut off"
    assert ending("failed", ValueError("no  such\nthing: ")).note == "✕ No such thing."
    assert ending("something_new").note == ("■ The answer ended for another reason: something_new.")
    assert ending("failed", ValueError()).note == "✕ ValueError."
    assert not ending("failed").ok
    assert STOPPED.note == "■ Stopped." and not STOPPED.ok
    assert sentence("what now?") == "What now?"
    assert len(sentence("x" * 1000)) < 310


# ---- A single answer


ANSWERS = {
    name: case.replies[0] for name, case in CASES.items() if case.replies[0] not in (400, 529)
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_transcript_tells_the_end_of_its_answer(name: str):
    events = ANSWERS[name]
    shown = answer.fold((1.0, event) for event in events)
    if shown.stop_reason is None:
        shown.end(1.0, failure("The stream ended before the message did."))
    how = shown.run.ending
    assert how is not None and how.reason in (shown.stop_reason, "failed")
    words = transcript.tell("hi", shown, None, None)
    assert how.label in words
    assert how.note in words
    assert (GOOD_SIGN in words) == how.ok
    figures = answer.figures(shown)
    assert (figures["word"], figures["note"]) == (how.label, how.note)
    picture = transcript.draw("hi", shown, None, None)
    assert (GOOD_SIGN in picture) == how.ok


def test_an_ending_is_a_value():
    assert Ending("end_turn") == DONE
    with contextlib.suppress(AttributeError):
        DONE.reason = "x"  # type: ignore[misc]
    assert DONE.reason == "end_turn"
