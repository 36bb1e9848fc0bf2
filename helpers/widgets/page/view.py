"""A web page of the course inside a notebook: served by the kernel, live in a frame."""

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import Any

import traitlets

from helpers.agent import AgentEvent
from helpers.widgets import live
from helpers.widgets.page.model import PAGES, fold
from helpers.widgets.page.snapshot import draw, tell
from helpers.widgets.view import View, assets

__all__ = ["PageView"]


HEIGHT = 520  # pixels; a page keeps its height while answers arrive


class PageView(View):
    """A page of the web server in a frame; the server is started when somebody looks.

    Args:
        which: a name in PAGES.
        address: starts the server if it isn't running, and returns the page's address, also
            behind a user's server on a hub.
        prompt: a question, for the snapshot and the text alternative.
        expected: the run that answers it, known beforehand.

    Raises:
        ValueError: there is no such page.
    """

    _esm, _css = assets("page").values()
    setup = traitlets.Dict().tag(sync=True)
    url = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        which: str,
        address: Callable[[str], str],
        *,
        prompt: str,
        expected: Iterable[tuple[float, AgentEvent]],
    ) -> None:
        if which not in PAGES:
            raise ValueError(f"There is no page {which!r}: choose from {', '.join(PAGES)}.")
        self._which, self._prompt = which, prompt
        self._rows = fold(expected)
        self._address = address
        self._opening: live.Running | None = None
        on_a_hub = "JUPYTERHUB_SERVICE_PREFIX" in os.environ
        super().__init__(
            setup={"title": f"Page: {PAGES[which]}", "height": HEIGHT, "hub": on_a_hub}
        )
        self.on_msg(self._receive)

    def snapshot(self) -> str:
        """Return the picture of an answer on the page, as SVG."""
        return draw(self._which, self._prompt, self._rows)

    def text_alternative(self) -> str:
        """Return the same in words."""
        return tell(self._which, self._prompt, self._rows)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the server has started, or failed to; say whether it has been asked to.

        Args:
            timeout: at most so many seconds.
        """
        return self._opening is not None and self._opening.wait(timeout)

    async def _open(self, behind: str) -> None:
        try:
            self.url = await asyncio.to_thread(self._address, behind)
        except (OSError, RuntimeError) as error:
            self.problem = f"The page has no server: {error}"

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        match message:
            case {"op": "open", "behind": str(behind)} if self._opening is None:
                self._opening = live.start(self._open(behind))
