"""The wire view: the bytes of a stream, the chunks they came in, the events they became."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import traitlets

from helpers.widgets import live
from helpers.widgets.view import View, assets
from helpers.widgets.wire.model import Chunk, Recording, WireModel, view_model
from helpers.widgets.wire.snapshot import draw

__all__ = ["Wire", "describe", "view_model"]

TEXT_ROWS = 40

Record = Callable[[], Awaitable[Recording]]


def describe(model: WireModel, title: str = "") -> str:
    """Return the recording as a table in plain text: a row a chunk, at most 40."""
    head = title or "Bytes on the wire"
    if not model["chunks"]:
        return f"{head}: nothing was recorded."
    counts = (
        f"{head}: {_count(model['chunk_count'], 'chunk')}, {_count(model['size'], 'byte')}, "
        f"{_count(model['event_count'], 'event')}."
    )
    digits = 2 if model["chunks"][-1]["at"] >= 1 else 3
    rows = [("chunk", "bytes", "seconds", "held after", "cut inside", "completes")]
    names = {span["number"]: span["name"] for span in model["spans"]}
    produced = 0
    for index, chunk in enumerate(model["chunks"][:TEXT_ROWS], start=1):
        completed = range(produced + 1, chunk["events"] + 1)
        produced = chunk["events"]
        rows.append(
            (
                str(index),
                str(chunk["end"] - chunk["start"]),
                f"{chunk['at']:.{digits}f}" if model["timed"] else "-",
                str(chunk["end"] - chunk["event_from"]),
                _cut_words(chunk) or "-",
                _names([names[number] for number in completed if number in names], len(completed)),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    table = [
        "  ".join(
            [
                *(cell.rjust(width) for cell, width in zip(row[:4], widths, strict=False)),
                row[4].ljust(widths[4]),
                row[5],
            ]
        ).rstrip()
        for row in rows
    ]
    more = model["chunk_count"] - (len(rows) - 1)
    return "\n".join([counts, *table, *([f"… and {_count(more, 'more chunk')}"] if more else [])])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cut_words(chunk: Chunk) -> str:
    return f"{chunk['cut']} {chunk['cut_character']}".strip()


def _names(names: Sequence[str], count: int) -> str:
    shown = ", ".join(names[:3])
    return shown + (f" and {count - 3:,} more" if count > 3 else "")


class Wire(View):
    """Step through a recording, or play it as it came.

    Args:
        recording: the chunks in order; each has `.at` (seconds since the request) and
            `.data` (bytes), or is a pair of the two.
        title: a few words above the view.
        record: fetches a fresh recording; with it the view has a button "Record again".

    Attributes:
        model: what is drawn, see `view_model`.
        position: how many chunks have been received at this moment of the view.
        state: "ready", "recording" or "failed".
        problem: one sentence that says what failed.
    """

    _esm, _css = assets(
        "wire", "layout", "clock", "rows", "held", "events", "keys", "legend"
    ).values()

    title = traitlets.Unicode("").tag(sync=True)
    model = traitlets.Dict().tag(sync=True)
    position = traitlets.Int(0).tag(sync=True)
    state = traitlets.Enum(["ready", "recording", "failed"], "ready").tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)
    can_record = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self, recording: Recording, *, title: str = "", record: Record | None = None
    ) -> None:
        model = view_model(recording)
        super().__init__(
            title=title,
            model=dict(model),
            position=min(1, len(model["chunks"])),
            can_record=record is not None,
        )
        self._record = record
        self._running: live.Running | None = None
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        match message.get("op"):
            case "record":
                self.record_again()
            case "stop" if self._running is not None:
                self._running.stop()

    def record_again(self) -> None:
        """Fetch a fresh recording in the background and show it when it is there."""
        if self._record is None or self.state == "recording":
            return
        self.state, self.problem = "recording", ""
        self._running = live.start(self._show(self._record()))

    async def _show(self, recording: Awaitable[Recording]) -> None:
        try:
            model = view_model(await recording)
        except asyncio.CancelledError:
            self.state = "ready"
            raise
        except Exception as error:
            # Whatever it was, the person at the button has to read it here.
            self.problem = f"The recording failed: {error or type(error).__name__}"
            self.state = "failed"
            return
        with self.hold_sync():
            self.model = dict(model)
            self.position = min(1, len(model["chunks"]))
            self.state = "ready"

    def snapshot(self) -> str:
        """Return the beginning of the recording as a picture."""
        return draw(cast(WireModel, self.model), self.title)

    def text_alternative(self) -> str:
        """Return the recording as a table."""
        return describe(cast(WireModel, self.model), self.title)
