"""The conversation as a value that the API accepts, whatever happened to its turns.

A turn that broke off poisons a conversation in many ways: a call without a result, a
result without a call, thinking without its signature, half a character. So a turn never
enters as it came: `resendable` takes what may be sent again, and `Conversation` adds that
together with the results of its calls, in one step or not at all.

The part `recovery` (helpers/parts/recovery.py) says which blocks those are. What this adds:
the conversation as a value, turns that the API has paused, characters of which half came.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from helpers.parts.recovery import OWN_CALLS, closed, continuation, resendable

__all__ = ["Block", "Conversation", "Message", "sendable", "text_of"]

Block = dict[str, Any]
Message = dict[str, Any]

HEARD = "heard is called on_user_message now; the old name works until 2027-12-01."


class Conversation:
    """Messages in an order and shape that the API accepts, at all times.

    Args:
        messages: an earlier conversation to go on with.

    Attributes:
        on_user_message: called when the user says something; an agent that answers sets it.
    """

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.on_user_message: Callable[[], None] | None = None
        self._messages = [_in_blocks(message) for message in messages if message["content"]]
        self._said: list[str] = []  # and not yet taken in: a turn may be under way

    @property
    def heard(self) -> Callable[[], None] | None:
        """The former name of `on_user_message`; it works until 2027-12-01."""
        warnings.warn(HEARD, FutureWarning, stacklevel=2)
        return self.on_user_message

    @heard.setter
    def heard(self, called: Callable[[], None] | None) -> None:
        warnings.warn(HEARD, FutureWarning, stacklevel=2)
        self.on_user_message = called

    @property
    def messages(self) -> list[Message]:
        """The messages so far; a new list, so that keeping it is safe."""
        if not self._said:
            return [*self._messages]
        answered = _find_answers(
            block for message in self._messages for block in message["content"]
        )
        messages = []
        for message in self._messages:
            if message["role"] == "assistant":
                message = {**message, "content": closed(message["content"], answered)}
            if message["content"]:
                messages.append(message)
        texts = [{"type": "text", "text": text} for text in self._said]
        return [*messages, {"role": "user", "content": sendable(texts)}]

    def say(self, text: str) -> None:
        """Add what the user says. If an agent is answering, this interrupts it.

        Call it on the event loop that the agent runs on.

        Raises:
            ValueError: there is nothing but space in it, which the API refuses.
        """
        if not text.strip():
            raise ValueError("A message needs some text: the API refuses an empty one.")
        self._said.append(text)
        if self.on_user_message:
            self.on_user_message()

    def take(self) -> list[Message]:
        """Take in what the user has said; return the messages to send."""
        self._messages, self._said = self.messages, []
        return [*self._messages]

    def add_turn(
        self, content: Sequence[Block], results: Sequence[Block] = (), *, paused: bool = False
    ) -> None:
        """Add a turn of the assistant, and the results of its calls.

        Args:
            content: the turn's blocks as they came, or as many of them as came.
            results: a tool_result for each call that is complete.
            paused: the API will go on with its own tools when it gets the turn back.
        """
        messages = [*self._messages]
        if messages and messages[-1]["role"] == "assistant":  # a paused turn that goes on
            content = [*messages.pop()["content"], *content]
        answers = {result["tool_use_id"]: result for result in reversed(results)}  # first counts
        earlier = [block for message in messages for block in message["content"]]
        begun = {block["id"] for block in earlier if block["type"] in OWN_CALLS}
        content = resendable(content, answers, begun)
        content = sendable(content if paused else closed(content))
        calls = [block["id"] for block in content if block["type"] == "tool_use"]
        if content:
            messages.append({"role": "assistant", "content": content})
        if calls:  # each has its result: the others were left out
            results = [answers[id] for id in calls]
            messages.append({"role": "user", "content": sendable(results)})
        self._messages = messages

    def ask_to_continue(self, prefill: bool) -> None:
        """Ask for the rest of a text that the last turn broke off in, if it did.

        Args:
            prefill: whether the model goes on from an unfinished turn of its own. Models
                from 4.6 on refuse that, and are asked by the user.

        Source: the API's documentation on streaming, "Error recovery".
        """
        if not self._messages or self._messages[-1]["role"] != "assistant":
            return
        *before, last = self._messages
        *blocks, cut = last["content"]
        if prefill and cut["type"] == "text":
            whole = {**cut, "text": cut["text"].rstrip()}  # the API refuses a space at the end
            self._messages = [*before, {**last, "content": [*blocks, whole]}]
        else:
            self._said.insert(0, continuation(text_of(last))["content"])


def _find_answers(blocks: Iterable[Block]) -> set[str]:
    """Return the ids of the calls, of whatever tools, that have a result."""
    ids = (block.get("tool_use_id") for block in blocks)
    return {id for id in ids if isinstance(id, str)}


def _in_blocks(message: Message) -> Message:
    """Return a message as a copy whose content is blocks, also if it was text alone."""
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return {**message, "content": sendable(blocks)}


def text_of(message: Message) -> str:
    """Return all text of a message as one string."""
    texts = [block["text"] for block in message["content"] if block["type"] == "text"]
    return "".join(texts)


def sendable(content: list[Block]) -> list[Block]:
    """Return the blocks as a copy in which every string is whole characters.

    A character outside the basic plane may come as two halves, in two deltas. As UTF-16
    the halves join; one without its other half becomes U+FFFD.
    """
    text = json.dumps(content, ensure_ascii=False)
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    copy: list[Block] = json.loads(whole, parse_constant=lambda _: None)
    return copy
