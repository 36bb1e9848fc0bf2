"""The note on the hardest edge case: three to five sentences, written by the learner alone."""

import re

__all__ = ["EDGE_CASES", "note_problems", "sentences"]

LONGEST = 2_000  # characters
# How the course, and people, call what breaks in production.
EDGE_CASES = {
    "a cut or truncated stream": r"truncat|cut (off|short)|interrupt|broke off",
    "half of something": r"half (of )?(an|its|the)? ?(answer|turn|message|json|input|call)",
    "a lost connection": r"connection\b.{0,30}\b(lost|reset|drop|clos|broke)|disconnect|socket",
    "split bytes": r"utf-?8|multi-?byte|emoji|chunk|split|boundar",
    "tool input in pieces": r"partial json|fragment|accumulat|tool (json|input)|max_tokens",
    "tools in parallel": r"parallel|concurren|side by side|race|call order|out of order",
    "a history that the API refuses": r"poison|history|tool_result|signature|thinking block",
    "retries": r"retr(y|ies)|retry-after|backoff|jitter|overload|rate limit|429|529",
    "pings and unknown events": r"\bping|unknown event|heartbeat|watchdog|idle|timeout",
    "cancellation": r"cancel|ctrl-?c|keyboardinterrupt|sigint|abort",
    "backpressure": r"backpressure|slow (reader|client)|buffer",
}
ABBREVIATIONS = re.compile(r"\b(e\.g|i\.e|etc|vs|cf|approx|no|fig)\.", re.IGNORECASE)
MARKUP = re.compile(r"^\s*#[^\n]*$|<!--.*?-->|^```.*?^```", re.MULTILINE | re.DOTALL)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; headings, comments and code don't count."""
    plain = ABBREVIATIONS.sub(lambda found: found[0].replace(".", "·"), MARKUP.sub(" ", text))
    parts = re.split(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|(?<=[。！？])|\n\s*\n", plain)
    return [part.strip() for part in parts if re.search(r"\w", part)]


def note_problems(text: str) -> list[str]:
    """Return what a note lacks, a sentence each; nothing is written for the learner.

    Args:
        text: the note.
    """
    if not text.strip():
        return ["The note is empty: say in three to five sentences which edge case was hardest."]
    if len(text) > LONGEST:
        return [f"The note has {len(text):,} characters; at most {LONGEST:,} are read."]
    found = []
    said = sentences(text)
    if not 3 <= len(said) <= 5:
        plural = "" if len(said) == 1 else "s"
        found.append(f"The note has {len(said)} sentence{plural}; it should have three to five.")
    if short := [one for one in said if len(one.split()) < 4]:
        found.append(f"{short[0][:60]!r} is hardly a sentence: say what happened.")
    if len({one.casefold() for one in said}) < len(said):
        found.append("The note says the same sentence twice.")
    if not any(re.search(words, text, re.IGNORECASE) for words in EDGE_CASES.values()):
        found.append(
            "The note names no edge case of production: say what broke, such as "
            + ", ".join([*EDGE_CASES][:3])
            + "."
        )
    return found
