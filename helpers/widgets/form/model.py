"""A form that fills while its answer is written: a value, fed event by event.

    form = Form(Recipe)
    for at, event in timed_events:
        form.take(event, at)
    form.rows()  # what is there, what is being written, what is still to come

No I/O and no clock: times are arguments, in seconds since the request.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from helpers.render.run_parts import Block
from helpers.structured.answer import (
    Invalid,
    NoAnswer,
    Refused,
    StructuredAnswer,
    Truncated,
    schema_of,
)
from helpers.structured.fields import Field
from helpers.widgets.answer import Answer

__all__ = ["Cell", "Form", "Row", "fold"]

Event = Mapping[str, Any]
Path = tuple[str | int, ...]

# What the model does, by the kind of the block that it writes.
STATES = {"thinking": "thinking", "text": "writing"}

LONGEST_WRITING = 300  # characters of a growing value that are shown: its end
HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[0-9a-fA-F]{0,3}$")


@dataclass(frozen=True)
class Cell:
    """One value of the form.

    Attributes:
        label: what it is called within its row; "" if it is alone there.
        text: the value as a person reads it, as far as it has come.
        state: pending, writing, committed, or lost: it never came, or not to its end.
    """

    label: str
    text: str = ""
    state: str = "pending"


@dataclass(frozen=True)
class Row:
    """One line of the form: a field, or one entry of a list.

    Attributes:
        name: what it is called.
        cells: its values.
        at: when the last of them committed, in seconds since the request.
    """

    name: str
    cells: tuple[Cell, ...]
    at: float | None = None


@dataclass
class Form:
    """An answer that is to be an instance of a class, as far as it has come.

    Attributes:
        model: the class.
        verdict: what a program gets, once that is known: valid, cut, refused, invalid, stopped
            or failed.
        problem: one sentence on why there is no instance.
        value: the instance, once it is there.
        first: when the first field committed, in seconds since the request.
        ended: when the stream ended.
        answer: what there is, before anybody reads it as JSON.
    """

    model: type[BaseModel]
    verdict: str = ""
    problem: str = ""
    value: BaseModel | None = None
    first: float | None = None
    ended: float | None = None
    answer: Answer = field(default_factory=Answer)

    def __post_init__(self) -> None:
        self._answer = StructuredAnswer(self.model)
        self._schema = schema_of(self.model)
        self._times: dict[Path, float] = {}
        self._details: Mapping[str, Any] | None = None

    @property
    def state(self) -> str:
        """ready, waiting, thinking, writing, or the verdict."""
        kinds = [block.kind for block in self.answer.blocks if block.kind in STATES]
        if self.verdict or not self.answer.begun:
            return self.verdict or "ready"
        return STATES[kinds[-1]] if kinds else "waiting"

    @property
    def thoughts(self) -> list[Block]:
        """The model's thinking, if it has shown that it thinks."""
        return [block for block in self.answer.blocks if block.kind == "thinking"]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What has committed."""
        return self._answer.fields

    def take(self, event: Event, at: float) -> None:
        """Go on by one event of the stream, as it came; unknown ones change nothing."""
        self.answer.take(event, at)
        match event:
            case {
                "type": "content_block_delta",
                "delta": {"type": "text_delta", "text": str(text)},
            }:
                for committed in self._answer.feed(text):
                    self._times[committed.path] = at
                    self.first = at if self.first is None else self.first
            case {"type": "message_delta", "delta": Mapping() as delta}:
                self._details = delta.get("stop_details")
            case {"type": "message_stop"}:
                self.close(at)

    def close(self, at: float) -> None:
        """End it, at the end of the stream: with an instance, or with why there is none."""
        if self.ended is not None:
            return
        try:
            self.value = self._answer.finish(self.answer.stop_reason, self._details)
        except NoAnswer as error:
            verdicts = {Truncated: "cut", Refused: "refused", Invalid: "invalid"}
            self.end(verdicts[type(error)], at, str(error))
        else:
            self.end("valid", at)

    def end(self, verdict: str, at: float, problem: str = "") -> None:
        """End it otherwise; the first end stands.

        Args:
            verdict: stopped, failed or another.
            at: when, in seconds since the request.
            problem: one sentence, if there is something to say.
        """
        if self.ended is None:
            self.verdict, self.ended, self.problem = verdict, at, problem

    def rows(self) -> list[Row]:
        """Return the lines of the form, in the order in which the API writes them."""
        rows: dict[Path, Row] = {(name,): self._blank((name,)) for name in _names(self._schema)}
        for committed in self.fields:
            cell = (_label(committed.path), _to_words(committed.value), "committed")
            self._put(rows, committed.path, Cell(*cell), self._times[committed.path])
        writing = self._answer.view.writing
        if writing is not None and self.state != "ready":
            text = _readable(str(writing.value))
            self._put(rows, writing.path, Cell(_label(writing.path), text, "writing"), None)
        if self.ended is None or self.state == "valid":
            return [row for _, row in sorted(rows.items(), key=self._place)]
        match self._answer.view.place:
            case (str(name), int(index), *_) if (name, 0) in rows and (name, index) not in rows:
                rows[name, index] = Row(f"{_words(name)} …", (Cell(""),))
        return [_mark_lost(row) for _, row in sorted(rows.items(), key=self._place)]

    def _put(self, rows: dict[Path, Row], path: Path, cell: Cell, at: float | None) -> None:
        """Put a value into its row, in the place that waits for it."""
        key = path[:2] if len(path) > 2 and isinstance(path[1], int) else path[:1]
        if len(key) == 2:
            rows.pop(key[:1], None)  # the row that stood for the whole list
        row = rows.get(key) or self._blank(key)
        cells = [one for one in row.cells if one.label or one.state != "pending"]
        known = [one.label for one in cells]
        if cell.label and cell.label in known:
            cells[known.index(cell.label)] = cell
        else:
            cells.append(cell)
        rows[key] = Row(row.name, tuple(cells), at if at is not None else row.at)

    def _blank(self, key: Path) -> Row:
        """Return a row in which everything is still to come."""
        schema = self._at(key)
        labels = [name for name in _names(schema) if not _names(self._at((*key, name)))]
        name = _words(str(key[0])) + (f" {int(key[1]) + 1}" if len(key) == 2 else "")
        return Row(name or "Answer", tuple(Cell(_words(label)) for label in labels) or (Cell(""),))

    def _at(self, path: Path) -> dict[str, Any]:
        """Return the schema of a place in the answer; {} if it has none."""
        schema = self._whole(self._schema)
        for step in path:
            if isinstance(step, int):
                schema = self._whole(schema.get("items", {}))
            else:
                schema = self._whole(schema.get("properties", {}).get(step, {}))
        return schema

    def _whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return what a schema refers to; of several choices, the first that is not null."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
            else:
                choices = [one for one in schema["anyOf"] if one.get("type") != "null"]
                schema = choices[0] if choices else {}
        return schema

    def _place(self, entry: tuple[Path, Row]) -> tuple[int, int]:
        path = entry[0]
        names = _names(self._schema)
        first = names.index(str(path[0])) if path[0] in names else len(names)
        return first, int(path[1]) if len(path) == 2 else -1


def fold(model: type[BaseModel], timed_events: Iterable[tuple[float, Event]]) -> Form:
    """Return the form that so many (seconds since the request, event) pairs make."""
    form = Form(model, answer=Answer(begun=True))
    at = 0.0
    for at, event in timed_events:
        form.take(event, at)
    form.close(at)
    return form


def _names(schema: Mapping[str, Any]) -> list[str]:
    """Return an object's properties in the order in which the API writes them."""
    required = schema.get("required", [])
    return sorted(schema.get("properties", {}), key=lambda name: name not in required)


def _label(path: Path) -> str:
    """Return what a value is called within its row; "" if it is alone, or one of a plain list."""
    rest = path[2:] if len(path) > 2 and isinstance(path[1], int) else path[1:]
    if len(rest) == 1 and isinstance(rest[0], int):
        return ""
    return " ".join(_words(step) if isinstance(step, str) else str(step + 1) for step in rest)


def _words(name: str) -> str:
    """Return a property's name as a form has it: "prep_minutes" is "Prep minutes"."""
    return name.replace("_", " ").strip().capitalize()


def _to_words(value: object) -> str:
    """Return a value as a person reads it."""
    match value:
        case str():
            return _sendable(value) or "(empty)"
        case True:
            return "yes"
        case False:
            return "no"
        case None | [] | {}:
            return "none"
    return json.dumps(value)


def _readable(raw: str) -> str:
    """Return what has come of a value, from JSON that breaks off."""
    if raw.startswith('"'):
        whole = HALF_ESCAPE.sub(r"\1", raw)
        raw = json.loads(whole + '"', strict=False)
    raw = re.sub("[\ud800-\udbff]$", "", raw)  # the first half of a character
    return _sendable(raw if len(raw) <= LONGEST_WRITING else "…" + raw[-LONGEST_WRITING:])


def _sendable(words: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", words)


def _mark_lost(row: Row) -> Row:
    """Return a row of an answer that can't be used: what had not committed is lost."""
    cells = tuple(
        cell if cell.state == "committed" else Cell(cell.label, cell.text, "lost")
        for cell in row.cells
    )
    return Row(row.name, cells, row.at)
