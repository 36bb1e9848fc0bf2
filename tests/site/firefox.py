"""Firefox for the tests, spoken to in WebDriver BiDi, which it speaks itself."""

import base64
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

__all__ = ["Firefox", "running_firefox"]

LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
START_SECONDS = 60
PATIENCE = 180  # seconds for one command
# A profile of its own that asks nobody for anything. Whatever is not on this machine goes to a
# port where nobody listens.
SETTINGS: dict[str, Any] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.helperApps.neverAsk.saveToDisk": "application/zip",
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
KEYS = {"Enter": "\ue007", "Shift": "\ue008", "Control": "\ue009"}
CALL = "async (given) => JSON.stringify((await (%s)(...JSON.parse(given))) ?? null)"


class Firefox:
    """A running Firefox with one page, used as Playwright's page is.

    Attributes:
        requests: the address of each request that the page has sent.
    """

    def __init__(self, connection: ClientConnection, downloads: Path) -> None:
        self._connection, self._downloads = connection, downloads
        self._number = 0
        self.requests: list[str] = []
        self._command("session.new", capabilities={})
        tree = self._command("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        self._command("session.subscribe", events=["network.beforeRequestSent"])
        self._command("browsingContext.activate", context=self._context)
        self.resize(1366, 768)

    def resize(self, width: int, height: int) -> None:
        """Give the page a size in pixels."""
        size = {"width": width, "height": height}
        self._command("browsingContext.setViewport", context=self._context, viewport=size)

    def goto(self, url: str) -> None:
        """Open an address, and wait until it is loaded."""
        self._command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, function: str, *given: Any) -> Any:
        """Call a function of the page's; return what it gives, if JSON has it.

        A page that is left meanwhile gives nothing.
        """
        answer = self._send(
            "script.callFunction",
            functionDeclaration=CALL % function,
            arguments=[{"type": "string", "value": json.dumps(given)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "error":
            assert "destroyed" in answer["message"] or "no such" in answer["error"], answer
            return None
        result = answer["result"]
        assert result["type"] == "success", result["exceptionDetails"]["text"]
        return json.loads(result["result"]["value"])

    def click_at(self, x: float, y: float) -> None:
        """Press the mouse's button at a place of what is seen."""
        actions = [
            {"type": "pointerMove", "x": int(x), "y": int(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "actions": actions})

    def press(self, keys: str) -> None:
        """Press keys together, such as Shift+Enter."""
        values = [KEYS.get(key, key) for key in keys.split("+")]
        actions = [{"type": "keyDown", "value": value} for value in values]
        actions += [{"type": "keyUp", "value": value} for value in reversed(values)]
        self._perform({"type": "key", "id": "keys", "actions": actions})

    def read_download(self, name: str) -> bytes:
        """Return a file that the page has given, once it is whole."""
        file, until = self._downloads / name, time.monotonic() + PATIENCE
        while not (file.exists() and file.stat().st_size and not list(file.parent.glob("*.part"))):
            assert time.monotonic() < until, f"there is no {name}"
            time.sleep(0.1)
        return file.read_bytes()

    def screenshot(self, path: Path) -> None:
        """Write a picture of what is seen."""
        shot = self._command("browsingContext.captureScreenshot", context=self._context)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _perform(self, source: dict[str, Any]) -> None:
        self._command("input.performActions", context=self._context, actions=[source])

    def _command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        told = self._send(method, **params)
        assert told["type"] == "success", f"{method}: {told.get('message')}"
        return dict(told["result"])

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return the answer; note each request that is told meanwhile."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        self._connection.send(json.dumps(message))
        until = time.monotonic() + PATIENCE
        while True:
            told = json.loads(self._connection.recv(timeout=max(0.1, until - time.monotonic())))
            if told.get("method") == "network.beforeRequestSent":
                self.requests.append(told["params"]["request"]["url"])
            if told.get("id") == self._number:
                return dict(told)


@contextmanager
def running_firefox(program: str, more: Mapping[str, Any] | None = None) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own; end it.

    Args:
        program: the file that is started.
        more: settings besides.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        profile, downloads = Path(scratch, "profile"), Path(scratch, "downloads")
        profile.mkdir()
        downloads.mkdir()
        settings = {**SETTINGS, **(more or {}), "browser.download.dir": str(downloads)}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in settings.items()]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        words = Path(scratch, "words")
        command = [program, "--headless", "--no-remote", "--remote-debugging-port=0"]
        with words.open("wb") as written:
            process = subprocess.Popen(
                [*command, "--profile", str(profile), "about:blank"],
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            address = _address(words, process)
            # A busy Firefox answers late: each command has its own end.
            patient = {"open_timeout": START_SECONDS, "ping_interval": None}
            with connect(f"{address}/session", max_size=None, proxy=None, **patient) as connection:
                yield Firefox(connection, downloads)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(words: Path, process: subprocess.Popen[bytes]) -> str:
    """Return where Firefox listens, once it says so."""
    until = time.monotonic() + START_SECONDS
    while not (found := LISTENS.search(words.read_text("utf-8", "replace"))):
        said = words.read_text("utf-8", "replace")
        assert process.poll() is None and time.monotonic() < until, f"Firefox said: {said}"
        time.sleep(0.05)
    return found[1]
