"""A newcomer at the site, in whatever browser: what they open, click, run and take away."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Download, Error
from playwright.sync_api import Page as PlaywrightPage

__all__ = ["Chromium", "Newcomer", "Page"]

PATIENCE = 180.0  # seconds; a busy machine takes its time, and what comes ends the wait
NOTEBOOK = """[...window.jupyterapp.shell.widgets("main")].find(
  (one) => one.isVisible && one.context)"""
IS_OPEN = f"""(name) => {{
  const notebook = window.jupyterapp && {NOTEBOOK};
  return notebook?.context.path === name && notebook.context.isReady
    && Boolean(notebook.sessionContext.session?.kernel);
}}"""
# A browser without a window in front tells its page of no focus.
FOCUS = f"""() => {{
  const notebook = {NOTEBOOK};
  if (!window.jupyterapp.shell.currentWidget) notebook.node.dispatchEvent(new FocusEvent("focus"));
  return window.jupyterapp.shell.currentWidget === notebook;
}}"""
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = f"""() => {NOTEBOOK}.content.model.sharedModel.cells
  .filter((cell) => cell.cell_type === "code")
  .map((cell) => ({{ source: cell.getSource(), outputs: cell.getOutputs() }}))"""
# The outputs of the last cell that begins so, once they hold these words. To carry all outputs of
# a notebook at each look would keep the page from its work.
OUTPUTS = f"""(source, words) => {{
  const cells = {NOTEBOOK}.content.model.sharedModel.cells.filter(
    (cell) => cell.cell_type === "code" && cell.getSource().startsWith(source));
  const outputs = cells.at(-1)?.getOutputs() ?? [];
  return JSON.stringify(outputs).includes(words) ? outputs : null;
}}"""
SOURCES = f"() => {NOTEBOOK}.content.model.sharedModel.cells.map((cell) => cell.getSource())"
# A cell that has just come into view may have no editor yet.
EDIT = """
  const cell = content.activeCell;
  await content.scrollToItem(content.activeCellIndex);
  while (!cell.editor) await new Promise(requestAnimationFrame);
  content.mode = "edit";
  cell.editor.focus();
"""
# The cursor goes into the exercise's cell, which then holds the answer.
WRITE = f"""async (name, answer) => {{
  const content = {NOTEBOOK}.content;
  const first = `%%build ${{name}}\\n`;
  const at = content.widgets.findIndex(
    cell => cell.model.sharedModel.getSource().startsWith(first));
  content.activeCellIndex = at;
  content.widgets[at].model.sharedModel.setSource(first + answer);
  {EDIT}
}}"""
ADD = f"""async source => {{
  const content = {NOTEBOOK}.content;
  content.activeCellIndex = content.widgets.length - 1;
  await window.jupyterapp.commands.execute("notebook:insert-cell-below");
  content.activeCell.model.sharedModel.setSource(source);
  {EDIT}
}}"""
SAVE = "async () => { await window.jupyterapp.commands.execute('docmanager:save'); }"
# Where a person would click: at what stands still, with nothing above it.
PLACE = """async selector => {
  const found = [...document.querySelectorAll(selector)].filter(one => one.offsetParent);
  const last = found.at(-1);
  if (!last) return null;
  last.scrollIntoView({ block: "center" });
  const look = () => new Promise(then => requestAnimationFrame(() => {
    const { x, y, width, height } = last.getBoundingClientRect();
    then([x, y, width, height]);
  }));
  let box = await look();
  for (let frames = 0; frames < 5; frames += 1) {
    const [before, now] = [box, await look()];
    if (now.some((one, place) => one !== before[place])) return null;
    box = now;
  }
  const [x, y, width, height] = box;
  const [right, down] = [x + width / 2, y + height / 2];
  return width && height && last.contains(document.elementFromPoint(right, down))
    ? [right, down] : null;
}"""


class Page(Protocol):
    """What a newcomer needs of a browser's page."""

    requests: list[str]

    def goto(self, url: str) -> None: ...
    def evaluate(self, function: str, *given: Any) -> Any: ...
    def click_at(self, x: float, y: float) -> None: ...
    def press(self, keys: str) -> None: ...
    def read_download(self, name: str) -> bytes: ...
    def screenshot(self, path: Path) -> None: ...


class Chromium:
    """A page of Playwright, used as tests/site/firefox.py's is."""

    def __init__(self, page: PlaywrightPage) -> None:
        self.page = page
        self.requests: list[str] = []
        self._downloads: list[Download] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.on("download", lambda download: self._downloads.append(download))

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, function: str, *given: Any) -> Any:
        try:
            return self.page.evaluate(f"given => ({function})(...given)", list(given))
        except Error as error:
            assert "context was destroyed" in error.message, error.message
            return None  # the page is left

    def click_at(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def read_download(self, name: str) -> bytes:
        while not self._downloads:
            self.page.wait_for_timeout(50)
        assert self._downloads[-1].suggested_filename == name
        return self._downloads[-1].path().read_bytes()

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)


class Newcomer:
    """A person at a page of the site."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def click(self, selector: str) -> None:
        """Click the last of what is seen under a selector, once it is there."""
        self.page.click_at(*self.wait(PLACE, selector))

    def opens(self, name: str) -> None:
        """Wait until a notebook is open and has a kernel, and click into it."""
        self.wait(IS_OPEN, name)
        self.click(".jp-NotebookPanel .jp-Cell .jp-MarkdownOutput h1")
        self.wait(FOCUS)

    def runs_all(self) -> list[dict[str, Any]]:
        """Run all cells, save, and return the code cells with their outputs."""
        self.page.evaluate(RUN_ALL)
        self.page.evaluate(SAVE)
        return list(self.page.evaluate(CELLS))

    def sources(self) -> list[str]:
        """Return what the cells hold."""
        return list(self.page.evaluate(SOURCES))

    def passes(self, name: str, answer: str) -> None:
        """Write an answer into an exercise's cell, run it, and see it pass."""
        self.page.evaluate(WRITE, name, answer)
        self.page.press("Control+Enter")
        self.sees(f"%%build {name}\n", "passed")
        self.page.evaluate(SAVE)

    def adds(self, source: str) -> None:
        """Write a new cell at the end, and run it."""
        self.page.evaluate(ADD, source)
        self.page.press("Control+Enter")

    def sees(self, source: str, words: str) -> str:
        """Wait until the last cell that begins so has an output with these words; return it."""
        found = until(
            lambda: self.page.evaluate(OUTPUTS, source, words),
            f"{words!r} below the cell {source.strip()!r}",
        )
        return json.dumps(found, ensure_ascii=False)

    def wait(self, function: str, *given: Any) -> Any:
        """Wait until a function of the page's gives something, and return it."""
        return until(lambda: self.page.evaluate(function, *given), function)


def until(look: Callable[[], Any], what: str) -> Any:
    """Return what is looked for, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, f"There is still no {what}."
        time.sleep(0.1)
    return found
