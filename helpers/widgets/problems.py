"""One sentence for what ended a stream."""

from helpers.client import StreamError
from helpers.session.metering import SpendingCapReached

__all__ = ["problem_of"]


def problem_of(error: Exception) -> str:
    """Return one sentence for what ended a stream."""
    words = " ".join(str(error).split()) or "no message"
    if not isinstance(error, StreamError | SpendingCapReached):  # of a learner's code, say
        words = f"{type(error).__name__}: {words}"
    words = words if len(words) <= 300 else words[:300] + "…"
    return words if words.endswith((".", "!", "?", "…")) else words + "."
