"""The rules of the streams of OpenAI's two endpoints."""

from collections.abc import Iterator

from .events import RawEvent, is_count, parse


class ChatChecker:
    """The rules of POST /v1/chat/completions: data alone, and [DONE] at the end."""

    def __init__(self) -> None:
        self.summary = ""
        self._id: object = None
        self._done = False

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""
        if self._done:
            yield "it comes after [DONE], which ends the stream."
            return
        if raw.data == "[DONE]":
            self._done = True
            if not self.summary:
                yield "[DONE] without a finish_reason before it."
            return
        try:
            chunk = parse(raw)
        except ValueError as sentence:
            yield str(sentence)
            return
        if "error" in chunk:
            self.summary = "error"
            self._done = True
            return
        if chunk.get("object") != "chat.completion.chunk":
            yield "its object is not chat.completion.chunk."
        if self._id is not None and chunk.get("id") != self._id:
            yield "its id is another than that of the chunks before."
        self._id = chunk.get("id")
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            yield "it has no list of choices."
            return
        for choice in choices:
            if isinstance(choice, dict) and isinstance(choice.get("finish_reason"), str):
                self.summary = choice["finish_reason"]

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""
        if not self._done:
            yield "[DONE] is missing: the answer was cut off."


class ResponsesChecker:
    """The rules of POST /v1/responses: named and numbered events, one that ends them."""

    LAST = ("response.completed", "response.failed", "response.incomplete", "error")

    def __init__(self) -> None:
        self.summary = ""
        self._number = -1

    def event(self, raw: RawEvent) -> Iterator[str]:
        """Yield what is wrong with the next event."""
        try:
            event = parse(raw)
        except ValueError as sentence:
            yield str(sentence)
            return
        kind = event.get("type")
        if raw.name is not None and raw.name != kind:
            yield f"its event: line says {raw.name} and its data says {kind}."
        if self.summary:
            yield f"it comes after {self.summary}, which ends the stream."
        number = event.get("sequence_number")
        if self._number == -1 and kind not in ("response.created", "error"):
            yield f"the stream begins with {kind}, not with response.created."
        if not is_count(number):
            yield "it has no sequence_number."
        else:
            if self._number != -1 and number != self._number + 1:
                yield f"its sequence_number is {number} after {self._number}."
            self._number = number
        if kind in self.LAST:
            self.summary = str(kind)

    def end(self) -> Iterator[str]:
        """Yield what is missing, now that the stream has ended."""
        if not self.summary:
            yield "response.completed is missing: the answer was cut off."
