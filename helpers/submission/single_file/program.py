"""The program: what stands on the command line, and what a person sees of a run."""

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from helpers.lessons.nb13_submit_your_build.main.reference import answer
from helpers.submission.single_file.offline import OfflineTransport
from helpers.submission.single_file.providers import PROVIDERS
from helpers.submission.single_file.tools import Tool, agent_tools

__all__ = ["main"]

ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
# Ends that leave an answer incomplete; whoever reads it can't see that.
INCOMPLETE = {
    "max_tokens": "The answer was cut: it reached max_tokens.",
    "model_context_window_exceeded": "The answer was cut: the context window is full.",
    "refusal": "The model declined to go on (refusal).",
}
# In a text or in a tool's input, each of these quotes would have a backslash before it.
STOP_REASON = re.compile(rb'"stop_reason"\s*:\s*"(\w+)"')
LONGEST_STOP_REASON = 80  # bytes, with its name


class Screen:
    """Text as it comes on standard output, and lines about tools on standard error."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.first_text: float | None = None
        self._column = 0

    def text(self, piece: str) -> None:
        """Show a piece of text at once."""
        if self.first_text is None:
            self.first_text = time.monotonic() - self.started
        # What a model says must not steer the terminal.
        piece = "".join(c if c.isprintable() or c in "\n\u200c\u200d" else "\ufffd" for c in piece)
        self._column = len(piece) if "\n" in piece else self._column + len(piece)
        sys.stdout.write(piece)
        sys.stdout.flush()

    def line(self, words: str) -> None:
        """Show a line of its own, also in the middle of a text."""
        if self._column:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._column = 0
        words = "".join(c if c.isprintable() else "\ufffd" for c in words)
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


class Ending:
    """Why the model stopped, as its last answer said it: seen beside the parts that read it.

    Attributes:
        reason: the last stop_reason that has passed, such as "end_turn"; "" before the first.
    """

    def __init__(self) -> None:
        self.reason = ""

    async def watch(self, response: httpx.Response) -> None:
        """Look at a response's bytes as they are read."""
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = WatchedBody(response.stream, self)

    def see(self, data: bytes) -> None:
        """Look for a stop reason in some bytes."""
        if found := STOP_REASON.findall(data):
            self.reason = found[-1].decode()


class WatchedBody(httpx.AsyncByteStream):
    """The bytes of another body, which are looked at on their way."""

    def __init__(self, body: httpx.AsyncByteStream, ending: Ending) -> None:
        self.body = body
        self.ending = ending

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tail = b""
        async for chunk in self.body:
            self.ending.see(tail + chunk)
            tail = (tail + chunk)[-LONGEST_STOP_REASON:]
            yield chunk

    async def aclose(self) -> None:
        """Close the other body."""
        await self.body.aclose()


def show_runs(tool: Tool, screen: Screen) -> Tool:
    """Return the tool with a line on the screen when it starts and when it ends."""

    async def run(**arguments: Any) -> Any:
        given = ", ".join(str(value) for value in arguments.values())
        screen.line(f"  > {tool.name} {given[:60]}")
        start = time.monotonic()
        try:
            value = tool.function(**arguments)
            return await value if tool.is_async else value
        finally:
            screen.line(f"  < {tool.name} {time.monotonic() - start:.1f} s")

    return replace(tool, function=run)


def options(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A streaming agent in one file.")
    parser.add_argument("prompt", help="what you ask")
    parser.add_argument("--mock", action="store_true", help="simulate: no network, no key, no cost")
    parser.add_argument("--provider", choices=PROVIDERS, default="anthropic")
    parser.add_argument("--base-url", help="another server that speaks the provider's API")
    parser.add_argument("--model", help="the model's id")
    parser.add_argument("--weather-url", help="a service that answers GET /weather?city=...")
    parser.add_argument(
        "--read-timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="the longest silence in an answer (default: 60)",
    )
    return parser.parse_args(arguments)


def seconds(word: str) -> float:
    """Read a number of seconds."""
    number = float(word)
    if not 0 < number < 1e6:
        raise ValueError(f"{word} is no time to wait")
    return number


def client(chosen: argparse.Namespace) -> httpx.AsyncClient:
    """Return the HTTP client for what was chosen.

    Raises:
        SystemExit: there is no key for a server that wants one.
    """
    provider = PROVIDERS[chosen.provider]
    base_url, variable = chosen.base_url or provider.base_url, provider.variable
    key = os.environ.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise SystemExit(f"No header can hold the key in {variable}: copy it again.")
    if chosen.mock:
        base_url, key = "http://offline", "none"
    elif not key and urlsplit(base_url).hostname in ON_THIS_MACHINE:
        key = "none"
    elif not key:
        raise SystemExit(f"No key: set {variable} in the environment, or simulate with --mock.")
    headers = provider.headers(key)
    headers["accept-encoding"] = "identity"  # why the model stopped is read from the bytes
    # Only https needs certificates, and to load them takes a while.
    verify = urlsplit(base_url).scheme != "http"
    transport: httpx.AsyncBaseTransport | None = None
    if chosen.mock:
        transport = OfflineTransport()
    elif provider.translated:
        transport = provider.translated(httpx.AsyncHTTPTransport(verify=verify))
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        transport=transport,
        timeout=httpx.Timeout(chosen.read_timeout, connect=10),
        trust_env=urlsplit(base_url).hostname not in ON_THIS_MACHINE,
        verify=verify,
    )


async def run(chosen: argparse.Namespace, screen: Screen) -> str:
    """Answer the prompt; return why the answer is incomplete, in a sentence, or ""."""
    ending = Ending()

    async def sleep(seconds: float) -> None:
        screen.line(f"  ! it broke off; asking again in {seconds:.1f} s")
        await asyncio.sleep(seconds)

    messages: list[dict[str, Any]] = [{"role": "user", "content": chosen.prompt}]
    tools = [show_runs(tool, screen) for tool in agent_tools(chosen.weather_url)]
    model = chosen.model or PROVIDERS[chosen.provider].model
    async with client(chosen) as http:
        http.event_hooks["response"].append(ending.watch)
        await answer(http, messages, tools, model=model, write=screen.text, sleep=sleep)
    return INCOMPLETE.get(ending.reason, "")


def main(arguments: list[str] | None = None, exit: Callable[[int], Any] = sys.exit) -> None:
    """Run the program; ends the process with 0, 1 (no whole answer), 2 or 130 (Ctrl-C)."""
    chosen = options(arguments)
    if not chosen.prompt.strip():
        raise SystemExit("Ask something: the prompt is empty.")
    if sys.stdout is None:
        raise SystemExit("The answer can't be written: standard output is closed.")
    screen = Screen()
    try:
        incomplete = asyncio.run(run(chosen, screen))
    except KeyboardInterrupt:
        screen.line("Stopped.")
        exit(130)
    except Exception as error:
        screen.line(f"{type(error).__name__}: {error}"[:500])
        exit(1)
    else:
        first = f"first text after {screen.first_text:.2f} s, " if screen.first_text else ""
        screen.line(f"{first}{time.monotonic() - screen.started:.2f} s in all")
        if incomplete:
            screen.line(incomplete)
            exit(1)


if __name__ == "__main__":
    main()
