"""A bare page that shows a live view, joined to the real widget in this process.

The page gets a stub of the model that anywidget would pass; what the widget sends is
delivered to it, and what the page sends goes to the widget, on the test's thread.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from helpers.widgets import live

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>view</title>
<style>body { margin: 16px; font: 13px system-ui; background: var(--jp-layout-color0, #fff); }
[data-jp-theme-light="false"] { --jp-layout-color0: #111; --jp-layout-color1: #1c1c1c;
  --jp-layout-color2: #333; --jp-ui-font-color0: #fff; --jp-ui-font-color1: #e0e0e0;
  --jp-border-color2: #555; color-scheme: dark; }</style></head>
<body data-jp-theme-light="true"><main><h1 hidden>view</h1></main></body></html>"""

STUB = """
async ({ esm, css, traits, views }) => {
  window.errors = [];
  window.addEventListener("error", (event) => window.errors.push(String(event.message)));
  const listeners = {};
  window.outbox = [];
  window.model = {
    traits,
    get: (name) => window.model.traits[name],
    on: (name, f) => (listeners[name] ??= new Set()).add(f),
    off: (name, f) => listeners[name]?.delete(f),
    send: (message) => window.outbox.push(message),
    set: (name, value) => {
      window.model.traits[name] = value;
      window.changed = { ...window.changed, [name]: value };
    },
    save_changes: () => {
      window.outbox.push({ "new values": window.changed });
      window.changed = {};
    },
  };
  window.deliver = (items) => {
    for (const [kind, name, value] of items) {
      if (kind === "set") window.model.traits[name] = value;
      const event = kind === "set" ? `change:${name}` : "msg:custom";
      for (const f of listeners[event] ?? []) f(value);
    }
    return window.outbox.splice(0);
  };
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const view = (await import(url)).default;
  window.ends = [];
  window.show = () => {
    const el = document.createElement("div");
    document.querySelector("main").append(el);
    window.ends.push(view.render({ model: window.model, el }));
  };
  for (let i = 0; i < views; i += 1) window.show();
}
"""


TWO_FRAMES = "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"


class Bridge:
    """A page and a widget that talk to each other while `run` pumps their messages.

    Args:
        page: a playwright page.
        view: the widget.
        views: in how many places of the page it is displayed.
    """

    def __init__(self, page: Any, view: Any, views: int = 1) -> None:
        self.page = page
        self.view = view
        self.received: list[dict[str, Any]] = []
        self.lose: Callable[[dict[str, Any]], bool] = lambda message: False
        self._inbox: deque[list[Any]] = deque()
        self._lock = threading.Lock()
        page.set_content(PAGE)
        # Without a kernel the widget's comm leads nowhere: take what it would send.
        view.comm.publish_msg = self._put
        state = view.get_state()
        page.evaluate(
            STUB,
            {
                "esm": state.pop("_esm"),
                "css": state.pop("_css"),
                "traits": {name: state[name] for name in state if not name.startswith("_")},
                "views": views,
            },
        )

    def _put(self, msg_type: str, data: dict[str, Any] | None = None, **_: Any) -> None:
        if msg_type != "comm_msg":
            return  # opened or closed
        # What can't be JSON fails here, as it would on the way to a page.
        data = json.loads(json.dumps(data))
        assert data is not None
        with self._lock:
            if data["method"] == "custom":
                self._inbox.append(["msg", "", data["content"]])
            elif data["method"] == "update":
                self._inbox += [["set", name, value] for name, value in data["state"].items()]

    def pump(self) -> None:
        """Carry over what waits on either side."""
        with self._lock:
            items = [item for item in self._inbox if not (item[0] == "msg" and self.lose(item[2]))]
            self._inbox.clear()
        for message in self.page.evaluate("items => window.deliver(items)", items):
            if "new values" in message:
                self.view.set_state(message["new values"])
                continue
            self.received.append(message)
            self.view._handle_custom_msg(message, [])

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Pump until the condition holds.

        Raises:
            AssertionError: it does not within so many seconds.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            self.pump()
            time.sleep(0.005)

    def run(self, seconds: float) -> None:
        """Pump for a while, and until the page has drawn what came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.pump()
            time.sleep(0.005)
        for _ in range(2):
            # A busy machine may not have run the streams' loop yet: what was due has to be done.
            turned = threading.Event()
            live.call(turned.set)
            assert turned.wait(60), "the loop of the streams stands still"
            self.pump()
            self.page.evaluate(TWO_FRAMES)
