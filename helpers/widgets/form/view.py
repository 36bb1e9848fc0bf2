"""The form: an answer that is JSON by a schema, whose fields fill while it is written."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import traitlets
from pydantic import BaseModel

from helpers.render.endings import STOPPED, Ending
from helpers.widgets.answer import Answer
from helpers.widgets.form.model import Form, Row, fold
from helpers.widgets.form.snapshot import draw, tell, verdict, write_thinking
from helpers.widgets.running import RunningView
from helpers.widgets.transcript.view import OpenEvents, Price
from helpers.widgets.view import assets

__all__ = ["FormView"]


class FormView(RunningView):
    """A form that fills field by field while its answer arrives, with Start and Stop.

    Args:
        model: the class that the answer is to be an instance of.
        prompt: what was asked; it is only shown.
        open_events: opens the request and gives its events; called at each Start.
        expected: (seconds since the request, event) pairs of the same answer, known
            beforehand; the snapshot and the text alternative show them.
        price: turns a usage object into US dollars.
        at_most: the most that a run can cost, in US dollars.
        autostart: whether to start at once, without a click.
    """

    _esm, _css = assets("form").values()
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: type[BaseModel],
        prompt: str,
        open_events: OpenEvents,
        *,
        expected: Iterable[tuple[float, Mapping[str, Any]]] | None = None,
        price: Price | None = None,
        at_most: float | None = None,
        autostart: bool = True,
    ) -> None:
        self.prompt = prompt
        self._model = model
        self._open_events = open_events
        self._price = price
        self._expected = Form(model) if expected is None else fold(model, expected)
        self._form = Form(model)
        self._shown: list[Row] = []
        self._figures: dict[str, Any] = {}
        super().__init__(
            setup={
                "prompt": prompt,
                "model": model.__name__,
                "at_most": at_most,
                "rows": len(self._expected.rows()),
            },
            state=self._state_now(),
        )
        if autostart:
            self.start()

    @property
    def form(self) -> Form:
        """What has been received so far; `form.value` is the instance, once it is there."""
        return self._form

    def snapshot(self) -> str:
        """Return the picture of the expected form, as SVG."""
        return draw(self.prompt, self._expected)

    def text_alternative(self) -> str:
        """Return the expected form in words."""
        return tell(self.prompt, self._expected)

    def _runs(self) -> bool:
        return self._form.answer.begun and self._form.ended is None

    def _begin(self) -> None:
        self._form = Form(self._model, answer=Answer(begun=True))
        self._shown, self._figures = [], {}

    async def _work(self) -> None:
        async with self._open_events() as events:
            async for event in events:
                self._form.take(event, self._clock())
        self._form.close(self._clock())

    def _end(self, how: Ending | None) -> None:
        if how == STOPPED:
            self._form.end("stopped", self._clock())
        elif how is not None:
            self._form.end("failed", self._clock(), how.sentence)

    def _show(self) -> None:
        """Send the page what has changed since the last frame."""
        rows = self._form.rows()
        if [row.name for row in rows] != [row.name for row in self._shown]:
            self._feed.add({"order": [row.name for row in rows]})
        before = {row.name: row for row in self._shown}
        for row in rows:
            if before.get(row.name) != row:
                self._feed.add({"row": asdict(row)})
        if (figures := self._describe()) != self._figures:
            self._feed.add({"figures": figures})
        self._shown, self._figures = rows, figures
        self._feed.flush()

    def _state_now(self) -> dict[str, Any]:
        return {**self._describe(), "rows": [asdict(row) for row in self._form.rows()]}

    def _describe(self) -> dict[str, Any]:
        """Return what stands around the rows, as JSON."""
        form = self._form
        counted = form.answer.stop_reason is not None
        return {
            "state": form.state,
            "thought": write_thinking(form),
            "verdict": verdict(form),
            "first": form.first,
            "ended": form.ended,
            "fields": len(form.fields),
            "tokens": form.answer.tokens if counted else None,
            "cost": self._price(form.answer.usage) if self._price and counted else None,
            "stop_reason": form.answer.stop_reason,
        }
