"""Sentences as they end: what a voice can say while the rest is still being written.

A voice can't begin in mid-sentence and sound right, and who waits for the whole answer hears
nothing for seconds. So the text is cut where a sentence ends, which a full stop alone doesn't
tell: it also stands in "Dr. Ada", "3.5", "e.g." and "J. S. Bach". Most of that shows in what
follows, so a sentence is given once the first letter of the next one is there.
"""

import re

__all__ = ["Sentences"]

CLOSING = "\"'”’»)\\]*_`"
WIDE_STOPS, WIDE_CLOSING = "。！？｡", "」』）】》〉”’"

# A stop, what closes with it, a space, and whatever begins then; a stop of Chinese or Japanese,
# which no space follows; or a line's end, which ends an item of a list or a heading as well.
END = re.compile(
    rf"(?P<stop>[.!?…؟।]+)[{CLOSING}]*[^\S\n]+(?=\S)"
    rf"|[{WIDE_STOPS}]+[{WIDE_CLOSING}]*(?=[^{WIDE_STOPS}{WIDE_CLOSING}])"
    r"|(?P<line>\n)"
)
PAUSE = re.compile(r"[,;:—–]\s+|[、，；：]")
SPACE = re.compile(r"\s+")

LAST_WORD = re.compile(r"[^\s(\[\"'“‘*_]*\Z")
INITIALS = re.compile(r"(?:[A-Z]\.)*(?!I\Z)[A-Z]")
LIST_NUMBER = re.compile(r"\s*\d{1,3}")

# After these a sentence goes on, whatever follows;
NEVER_LAST = re.compile(
    r"mr|mrs|ms|dr|prof|st|gen|col|sgt|capt|lt|rev|hon|gov|sen|rep|mt"
    r"|vs|cf|e\.g|i\.e|fig|eq|approx|ca",
    re.IGNORECASE,
)
# and after these if it is a number.
BEFORE_NUMBERS = re.compile(
    r"nos?|pp?|vol|sec|ch|art|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec", re.IGNORECASE
)


class Sentences:
    """Cut a growing text into sentences.

    Nothing is lost: the pieces, joined, are the text. Spaces stand at a sentence's end and
    empty lines at the beginning of the next; what is blank to the end is a piece of its own.

    Args:
        longest: characters after which a sentence is cut at a pause, or at a space, as a
            voice would; without one, anywhere.
    """

    def __init__(self, longest: int = 250) -> None:
        self._longest = longest
        self._text = ""

    def feed(self, text: str) -> list[str]:
        """Take the next piece of the text, cut anywhere; return the sentences that ended."""
        text = self._text + text
        sentences, begin = [], 0
        while end := self._end(text, begin):
            sentences.append(text[begin:end])
            begin = end
        self._text = text[begin:]
        return sentences

    def close(self) -> list[str]:
        """Take the end of the text; return its last sentence, if there is one."""
        text, self._text = self._text, ""
        return [text] if text else []

    def _end(self, text: str, begin: int) -> int:
        """Return where the sentence that begins there ends; 0 if that isn't known yet."""
        limit = begin + self._longest
        for match in END.finditer(text, begin, limit + 1):
            if match.end() <= limit and _ends(text, begin, match):
                return match.end()
        if len(text) <= limit:
            return 0
        pauses = [match.end() for match in PAUSE.finditer(text, begin + self._longest // 2, limit)]
        spaces = [match.end() for match in SPACE.finditer(text, begin + 1, limit)]
        return (pauses or spaces or [limit])[-1]


def _ends(text: str, begin: int, match: re.Match[str]) -> bool:
    """Say whether a sentence ends at what looks like an end."""
    said = text[begin : match.start()]
    if match["line"]:
        return not said.isspace() and bool(said)
    if match["stop"] is None:
        return True
    following = text[match.end()]
    if following.islower():  # "Wait... what", "Stop!" he said
        return False
    if match["stop"] != ".":
        return True
    found = LAST_WORD.search(said)
    word = found[0] if found else ""
    return not (
        NEVER_LAST.fullmatch(word)
        or (BEFORE_NUMBERS.fullmatch(word) and following.isdigit())
        or INITIALS.fullmatch(word)
        or LIST_NUMBER.fullmatch(said)
    )
