"""The running edition in a browser's tab, and its kernel, spoken to through the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from playwright.sync_api import Page

from helpers.site.serving import make_server

__all__ = ["Tab", "serving_site"]

PATIENCE = 180_000  # milliseconds for one cell
READY = "() => window.jupyterapp !== undefined"
START = """
async () => {
  await window.jupyterapp.started;
  await window.jupyterapp.serviceManager.ready;
  const options = { path: "test", type: "notebook", name: "test", kernel: { name: "python" } };
  const session = await window.jupyterapp.serviceManager.sessions.startNew(options);
  window.kernel = session.kernel;
  for (const name of ["jupyter.widget", "jupyter.widget.control"]) {
    window.kernel.registerCommTarget(name, () => {});
  }
  await window.kernel.info;
}
"""
EXECUTE = """
async ([code, patience, metadata]) => {
  const outputs = [];
  const future = window.kernel.requestExecute({ code, store_history: false }, true, metadata);
  future.onIOPub = ({ header, content }) => outputs.push({ type: header.msg_type, content });
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no end")), patience));
  const { content } = await Promise.race([future.done, late]);
  return { outputs, status: content.status };
}
"""
OUTPUTS = ("stream", "display_data", "execute_result", "error")


class Tab:
    """A page with a kernel of its own.

    Args:
        page: of Playwright.
        url: of the running edition.

    Attributes:
        requests: the address of each request that the page has sent.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.requests: list[str] = []
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.set_default_timeout(PATIENCE)
        page.goto(f"{url}lab/index.html?reset")
        page.wait_for_function(READY)
        page.evaluate(START)

    def execute(self, code: str, cell_id: str = "") -> list[dict[str, Any]]:
        """Run code in the kernel; return its outputs as a notebook stores them."""
        metadata = {"cellId": cell_id} if cell_id else {}  # as JupyterLab sends it
        answer = self.page.evaluate(EXECUTE, [code, PATIENCE, metadata])
        outputs: list[dict[str, Any]] = []
        for one in answer["outputs"]:
            if one["type"] == "clear_output":
                outputs.clear()
            elif one["type"] in OUTPUTS:
                outputs.append({"output_type": one["type"], **one["content"]})
        return outputs

    def run_and_read(self, code: str) -> str:
        """Run code that should raise nothing; return what it prints."""
        outputs = self.execute(code)
        errors = [one for one in outputs if one["output_type"] == "error"]
        assert not errors, "\n".join(errors[0]["traceback"])
        return "".join(one["text"] for one in outputs if one["output_type"] == "stream")

    def outside(self) -> list[str]:
        """Return the requests that went anywhere but to the server of the edition."""
        own = self.url.split("/run/")[0]
        return [one for one in self.requests if not one.startswith((own, "data:", "blob:" + own))]


@contextmanager
def serving_site(folder: str) -> Iterator[str]:
    """Serve a site; give the address of its running edition."""
    server = make_server(folder, 0)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/run/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
