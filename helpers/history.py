"""The conversation as a value that the API accepts, whatever happened to its turns.

A turn that broke off poisons a conversation in many ways: a call without a result, a
result without a call, thinking without its signature, half a character. So a turn never
enters as it came: `kept` takes what may be sent again, and `Conversation` adds that
together with the results of its calls, in one step or not at all.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

__all__ = ["Block", "Conversation", "Message", "kept", "sendable", "text_of"]

Block = dict[str, Any]
Message = dict[str, Any]

CONTINUE = (
    "Your previous response was interrupted and ended with [{tail}]. "
    "Continue from where you left off."
)
TAIL = 200  # characters: enough of a text to find the place where it broke off


class Conversation:
    """Messages in an order and shape that the API accepts, at all times.

    Args:
        messages: an earlier conversation to go on with.

    Attributes:
        heard: called when the user says something; an agent that answers sets it.
    """

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.heard: Callable[[], None] | None = None
        self._messages = [*messages]
        self._said: list[str] = []  # and not yet taken in: a turn may be under way

    @property
    def messages(self) -> list[Message]:
        """The messages so far; a new list, so that keeping it is safe."""
        if not self._said:
            return [*self._messages]
        texts = [{"type": "text", "text": text} for text in self._said]
        messages = []
        for message in self._messages:
            if message["role"] == "assistant":
                message = {**message, "content": without_open_work(message["content"])}
            if message["content"]:
                messages.append(message)
        return [*messages, {"role": "user", "content": texts}]

    def say(self, text: str) -> None:
        """Add what the user says. If an agent is answering, this interrupts it.

        Call it on the event loop that the agent runs on.

        Raises:
            ValueError: there is nothing but space in it, which the API refuses.
        """
        if not text.strip():
            raise ValueError("A message needs some text: the API refuses an empty one.")
        self._said.append(text)
        if self.heard:
            self.heard()

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
        content = kept(content, {result["tool_use_id"] for result in results}, paused)
        calls = [block["id"] for block in content if block["type"] == "tool_use"]
        if content:
            messages.append({"role": "assistant", "content": content})
        if calls:  # each has its result: the others were not kept
            answers = [result for result in results if result["tool_use_id"] in calls]
            messages.append({"role": "user", "content": sendable(answers)})
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
            self._said.insert(0, CONTINUE.format(tail=text_of(last)[-TAIL:]))


def kept(content: Iterable[Block], answered: Collection[str], paused: bool) -> list[Block]:
    """Return the blocks of a turn that the API will take back.

    Args:
        content: the turn as it came; its end may be missing.
        answered: ids of the calls that have a result.
        paused: whether the API's own tools may still be at work.
    """
    blocks: list[Block] = []
    ids: set[str] = set()
    for block in content:
        match block:
            case {"type": "text", "text": str(text)}:
                keep = bool(text.strip())
            case {"type": "thinking"}:
                keep = bool(block.get("signature"))  # it comes last: without it, thinking is cut
            case {"type": "tool_use", "id": str(id)}:
                keep = id in answered and id not in ids
                ids.add(id)
            case {"type": "server_tool_use" | "mcp_tool_use", "id": str(id)}:
                keep = id not in ids
                ids.add(id)
            case {"type": str(), "tool_use_id": str(id)}:  # what a tool of the API gave back
                keep = id in ids
            case _:
                keep = True
        if keep:
            blocks.append(block)
    if not paused:
        blocks = without_open_work(blocks)
        while blocks and blocks[-1]["type"] in ("thinking", "redacted_thinking"):
            blocks.pop()  # a turn can't end in thinking
    return sendable(blocks)


def without_open_work(content: Sequence[Block]) -> list[Block]:
    """Return the blocks without calls of the API's own tools that have no result.

    A turn that was paused in such a call can be sent back as it is, to go on. Once the
    user says something else, it can't.
    """
    done = {block.get("tool_use_id") for block in content}
    own = ("server_tool_use", "mcp_tool_use")
    return [block for block in content if block["type"] not in own or block["id"] in done]


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
