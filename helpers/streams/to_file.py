"""A very long answer, straight into a file, in memory that doesn't grow with it.

Nothing here keeps the message: each delta is written and forgotten. The text grows in a file
of its own, beside the one it is for, and takes its place when it is whole. So whoever finds
the file finds all of it, and what broke off can't be taken for it.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx

from helpers.client import OpenStream, StreamError, open_stream

__all__ = ["BrokenOff", "Written", "write_text"]

PAGE = 64 * 1024  # characters that are written at once, so that the disk isn't asked for each


@dataclass
class Written:
    """What was written.

    Attributes:
        path: the file.
        characters: how long the text is.
        bytes: how long the file is, in UTF-8.
        stop_reason: why the model stopped: after "max_tokens" there would have been more.
        usage: what the API counted.
    """

    path: Path
    characters: int = 0
    bytes: int = 0
    stop_reason: str = ""
    usage: dict[str, Any] = field(default_factory=dict)


class BrokenOff(Exception):
    """The answer ended before its end; what there is of it was kept.

    Attributes:
        written: what there is; its path is that of the unfinished file.
    """

    def __init__(self, written: Written, error: Exception) -> None:
        super().__init__(
            f"the answer broke off after {written.characters:,} characters, "
            f"which are in {written.path}: {error}"
        )
        self.written = written


async def write_text(
    http: httpx.AsyncClient,
    request: Mapping[str, Any],
    path: Path | str,
    *,
    open_stream: OpenStream = open_stream,
) -> Written:
    """Write the text of an answer to a file, as it arrives.

    Args:
        http: a client whose base URL and headers are set for the API.
        request: the body of POST /v1/messages.
        path: where to; a file of this name is replaced once the new text is whole. Until
            then it grows under the same name with ".part" behind it, and stays there if
            this is cancelled.
        open_stream: what sends the request and gives Messages events.

    Raises:
        BrokenOff: the answer ended in the middle.
        StreamError: there was no answer; no file was touched.
        OSError: the file can't be written.
    """
    path = Path(path)
    written = Written(path.with_name(f"{path.name}.part"))
    async with open_stream(http, request) as events:
        file = await asyncio.to_thread(_create, written.path)
        page: list[str] = []
        held = 0  # characters in the page
        try:
            async for event in events:
                match event:
                    case {"delta": {"type": "text_delta", "text": str(text)}}:
                        written.characters += len(text)
                        page.append(text)
                        held += len(text)
                        if held >= PAGE:
                            await asyncio.to_thread(file.write, "".join(page))
                            page, held = [], 0
                    case {"type": "message_start", "message": {"usage": dict(usage)}}:
                        written.usage |= usage
                    case {"type": "message_delta", "delta": dict(delta)}:
                        written.stop_reason = delta.get("stop_reason") or written.stop_reason
                        written.usage |= event.get("usage") or {}  # cumulative: the last one counts
        except StreamError as error:
            raise BrokenOff(written, error) from error
        finally:
            file.write("".join(page))
            file.close()
            written.bytes = written.path.stat().st_size
    os.replace(written.path, path)
    written.path = path
    return written


def _create(path: Path) -> TextIO:
    # Line ends as the model wrote them; half a character, which JSON allows, as a question mark.
    return path.open("w", encoding="utf-8", errors="replace", newline="")
