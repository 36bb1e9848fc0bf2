"""The switch: where the whole course sends its requests, and how the offline API behaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import traitlets

from helpers.mock.faults import FAULTS
from helpers.mock.settings import Settings
from helpers.session.session import Session
from helpers.widgets.switch.model import PACES, build_fault, describe
from helpers.widgets.switch.snapshot import draw, tell
from helpers.widgets.view import View, assets

__all__ = ["Switch"]


Result = TypeVar("Result")


class Switch(View):
    """Mode, model, pace and fault in one place; mock mode needs neither key nor network.

    A key that is typed in goes to the session in a message of its own. It is no trait,
    so no notebook and no saved widget state ever holds it.
    """

    _esm, _css = assets("switch").values()
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session) -> None:
        self._session = session
        self._problem = session.problem
        super().__init__(state=describe(session, self._problem))
        session.on_change(self._show)
        self.on_msg(self._receive)

    def snapshot(self) -> str:
        """Return the state of this moment, as SVG."""
        return draw(describe(self._session, self._problem))

    def text_alternative(self) -> str:
        """Return the state of this moment, in words."""
        return tell(describe(self._session, self._problem))

    def _show(self) -> None:
        self.state = describe(self._session, self._problem)

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        session = self._session
        match message:
            case {"op": "use", "mode": str(mode), "base_url": str(url), "key": str(key)}:
                provider = str(message.get("provider", ""))
                self._try(lambda: session.use(mode, base_url=url, key=key, provider=provider))
            case {"op": "model", "id": str(id)}:
                self._try(lambda: session.use_model(id))
            case {"op": "cap", "dollars": int(dollars) | float(dollars)}:
                self._try(lambda: session.set_cap(dollars))
            case {"op": "mock", "settings": dict(settings)}:
                self._try(lambda: session.use_mock(Settings.from_json(settings, session.mock)))
            case {"op": "fault", "name": str(name), "where": str(where)} if (
                not name or name in FAULTS
            ):
                number, times = message.get("number"), message.get("times")
                self._try(
                    lambda: session.use_mock(
                        replace(session.mock, fault=build_fault(name, where, number, times))
                    )
                )
            case {"op": "break"}:
                struck = self._try(session.break_streams)
                if struck is not None:
                    self.send({"op": "struck", "count": struck})
            case {"op": "pace", "name": str(name)} if name in PACES:
                first_token, rate = PACES[name]
                pace = {"first_token": first_token, "tokens_per_second": rate}
                self._try(
                    lambda: session.use_mock(Settings.from_json({"pace": pace}, session.mock))
                )
            case {"op": "refresh"}:  # what was spent since
                self._show()

    def _try(self, change: Callable[[], Result]) -> Result | None:
        """Make a change; a mistake is one sentence in the view, and nothing changes."""
        self._problem, result = "", None
        try:
            result = change()
        except (ValueError, OSError) as error:
            self._problem = str(error)
        self._show()
        # A field that was refused must show again what holds: no trait has changed for it.
        self.send({"op": "answer", "ok": not self._problem})
        return result
