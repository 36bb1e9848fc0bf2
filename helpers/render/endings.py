"""How a run ended, in the one wording that every front end uses.

    RunFinished ──▶ ending ──▶ Ending ──▶ terminal, web pages, views, pictures, traces

An answer that was cut off or declined has ended too, but not as it should: nobody may be shown
the sign of success for it.
"""

from dataclasses import dataclass

__all__ = ["DONE", "STOPPED", "Ending", "ending", "failure", "sentence"]

LONGEST = 300  # characters of a sentence: an error may repeat a whole page

# Stop reasons after which nothing is missing.
WHOLE = ("end_turn", "stop_sequence", "tool_use")

# The others: in a word, and in a sentence.
WORDS = {
    "max_tokens": (
        "cut off",
        "The answer was cut off because it reached its maximum number of tokens.",
    ),
    "model_context_window_exceeded": (
        "cut off",
        "The conversation has become too long for this model.",
    ),
    "refusal": ("declined", "The model declined to go on."),
    "max_turns": ("stopped", "The agent stopped: it had taken as many turns as it may."),
    "pause_turn": ("paused", "The API paused the turn: it goes on when it gets the turn back."),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a run, or of one answer.

    Attributes:
        reason: the last stop reason, "max_turns", "failed" or "stopped" (by a person).
        sentence: what a person is told; empty if all is well.
        ok: whether it ended as it should.
        word: the same in a word or two.
    """

    reason: str
    sentence: str = ""
    ok: bool = True
    word: str = "done"

    @property
    def sign(self) -> str:
        """The sign that stands before it."""
        if self.ok:
            return "✓"
        return "✕" if self.reason == "failed" else "■"

    @property
    def state(self) -> str:
        """What it looks like: "done", "failed", or "stopped" short of its goal."""
        if self.ok:
            return "done"
        return "failed" if self.reason == "failed" else "stopped"

    @property
    def label(self) -> str:
        """The word with its sign, such as "■ declined"."""
        return f"{self.sign} {self.word}"

    @property
    def note(self) -> str:
        """The sentence with its sign; empty if there is nothing to tell."""
        return f"{self.sign} {self.sentence}" if self.sentence else ""


DONE = Ending("end_turn")
STOPPED = Ending("stopped", "Stopped.", False, "stopped by you")


def ending(reason: str, error: BaseException | str | None = None) -> Ending:
    """Return how a run ended.

    Args:
        reason: that of RunFinished, or the stop reason of a single answer.
        error: what it failed of.
    """
    if error:
        return failure(str(error) or type(error).__name__)
    if reason == "failed":
        return failure("The answer failed")
    if reason in WHOLE:
        return Ending(reason)
    if reason in WORDS:
        word, words = WORDS[reason]
        return Ending(reason, words, False, word)
    return Ending(
        reason, sentence(f"The answer ended for another reason: {reason}"), False, "ended"
    )


def failure(words: str) -> Ending:
    """Return the end of a run that failed, with what it failed of."""
    return Ending("failed", sentence(words), False, "failed")


def sentence(words: str) -> str:
    """Return an error's words as a sentence of their own, in one line."""
    bare = " ".join(words.split()).rstrip(" .:")
    if len(bare) > LONGEST:
        bare = bare[:LONGEST] + "…"
    end = "" if bare.endswith(("!", "?", "…")) else "."
    return f"{bare[:1].upper()}{bare[1:]}{end}"
