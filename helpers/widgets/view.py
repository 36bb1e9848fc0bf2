"""What every live view shares: one output with widget, snapshot and text alternative."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
from traitlets import Unicode

from helpers.svg.snapshot import image

__all__ = ["View", "assets"]

_HERE = Path(__file__).parent


def assets(name: str, *scripts: str) -> dict[str, str]:
    """Return a view's module and style sheet, each behind what all views share.

    Two notebooks can be open in one page, so each rule of a view stands under its root, such
    as `.sa-race`. `:where(.sa-race)` is that root without weight: `.sa button` is no weaker.

    Args:
        name: the view's folder; its module and its style sheet have the same name.
        scripts: further scripts in it, which stand before the module, in this order.
    """
    parts = {
        "_esm": ["shared.js", *[f"{name}/{script}.js" for script in (*scripts, name)]],
        "_css": ["look.css", "full.css", "picture.css", f"{name}/{name}.css"],
    }
    return {
        kind: "\n".join((_HERE / part).read_text("utf-8") for part in files)
        for kind, files in parts.items()
    }


class View(anywidget.AnyWidget):
    """A live view that can also be read without a kernel and without eyes.

    A subclass sets `_esm` and `_css` from `assets`, and defines `snapshot` and
    `text_alternative` as pure functions of its plain value.
    """

    # The id of its model in the page, which the page doesn't tell a module.
    own_id = Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        own_id = uuid4().hex
        super().__init__(model_id=own_id, own_id=own_id, **traits)
        self.on_msg(self._tell_state)
        # JupyterLab sends a view's messages past the cell that is running. ipykernel 7.4
        # puts them back behind it, for widgets that expect to run on the main thread;
        # ours only hand over to the loop of the streams, so Stop need not wait.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda data, chosen: chosen

    def _tell_state(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """Send all of the state, to a page that has missed some of it."""
        if message == {"op": "state"}:
            self.send_state()

    def snapshot(self) -> str:
        """Return the picture of this view, as SVG."""
        raise TypeError(f"{type(self).__name__} has no snapshot")

    def text_alternative(self) -> str:
        """Return the same in words."""
        raise TypeError(f"{type(self).__name__} has no text alternative")

    def __repr__(self) -> str:
        # anywidget's own shows an address: other bytes in every run.
        return f"<{type(self).__name__}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # None only for a widget without a view
        data, metadata = bundle
        # A page shows the richest of these that it can: the widget where a kernel
        # runs, the snapshot elsewhere, the text alternative in a terminal.
        data["image/svg+xml"] = image(self.snapshot())
        data["text/plain"] = self.text_alternative()
        return data, metadata
