"""Builds that break one behaviour each, and cheats: the reference with a few lines changed."""

from typing import NamedTuple

__all__ = ["BROKEN", "Broken", "broken_source"]


class Broken(NamedTuple):
    """A broken build.

    Attributes:
        changes: pairs of text in the reference and what stands there instead.
        fails: the cases that must fail; no others may.
    """

    changes: tuple[tuple[str, str], ...]
    fails: frozenset[str]


def breaks(fails: str, *changes: tuple[str, str]) -> Broken:
    return Broken(changes, frozenset(fails.split()))


WRITE = "                            write(text)\n"
RETURN = "            return\n        except FINAL:"

BROKEN = {
    "shows the text at the end": breaks(
        # Who shows nothing before the end can't be stopped at a word either.
        "streams_text interrupted",
        (WRITE, ""),
        (
            RETURN,
            "            for part in turn.message['content']:\n"
            "                write(part.get('text', ''))\n" + RETURN,
        ),
    ),
    "decodes each chunk on its own": breaks(
        "any_chunking",
        (
            "async for chunk in chunks:\n",
            "async for chunk in chunks:\n            chunk = "
            "chunk.decode('utf-8', 'replace').encode()\n",
        ),
    ),
    "trips over unknown events": breaks(
        "unknown_events",
        (
            '            case {"type": str()}:\n                pass\n',
            '            case {"type": "ping" | "content_block_start" | "content_block_stop" | '
            '"message_start" | "message_delta"}:\n                pass\n',
        ),
    ),
    "dispatches at the end of the turn": breaks(
        "mid_stream",
        ("dispatcher.start(update)\n", "late.append(update)\n"),
        (
            "        dispatcher = ToolDispatcher(",
            "        late = []\n        dispatcher = ToolDispatcher(",
        ),
        (
            "            dispatcher.release()\n",
            "            for one in late:\n"
            "                dispatcher.start(one)\n            dispatcher.release()\n",
        ),
    ),
    "runs one tool after the other": breaks(
        "parallel",
        (
            "    async def _work(self, call: ToolCall) -> None:\n",
            "    async def _work(self, call: ToolCall) -> None:\n"
            "        async with ONE_AT_A_TIME:\n            await self._really(call)\n\n"
            "    async def _really(self, call: ToolCall) -> None:\n",
        ),
        ("class ToolDispatcher:\n", "ONE_AT_A_TIME = asyncio.Lock()\n\n\nclass ToolDispatcher:\n"),
    ),
    "gives results back as they finish": breaks(
        "call_order",
        (
            "return [self._result(call) for call in self._calls]",
            "return [self._result(end.call) for end in self._finished.values()]",
        ),
    ),
    "answers each call in a message of its own": breaks(
        "call_order",
        (
            '            messages.append({"role": "user", "content": results})\n',
            '            messages += [{"role": "user", "content": [one]} for one in results]\n',
        ),
    ),
    "stops after the first tools": breaks(
        "tool_json call_order loops",
        ("        if not results:\n            return\n", "        return\n"),
    ),
    "never asks again": breaks(
        "retries retry_after overloaded_mid_stream",
        ("            if seconds is None:\n                raise\n", "            raise\n"),
    ),
    "ignores Retry-After": breaks(
        "retry_after",
        ("    asked = retry_after(headers, now)\n", "    asked = None\n"),
    ),
    "asks again whatever the error": breaks(
        "no_vain_retries",
        ("    return status in RETRIED_STATUSES or status >= 500\n", "    return True\n"),
    ),
    "shows the text twice after a break": breaks(
        "no_text_twice",
        (
            "        if shown.strip():\n            messages.append(",
            "        if False:\n            messages.append(",
        ),
    ),
    "takes a cut stream for a whole one": breaks(
        # No error, no retry: what was lost in mid-answer is lost for good.
        "truncated",
        (
            "            raise StreamTruncated("
            '"the connection closed before the message was complete")\n',
            "            pass\n",
        ),
    ),
    "runs a call that was cut": breaks(
        "cut_call",
        (
            'if self._end.get("stop_reason") == "tool_use":',
            'if self._end.get("stop_reason") in ("tool_use", "max_tokens"):',
        ),
        (
            "        value = json.loads(raw, parse_constant=_not_json)\n",
            "        raw += '' if raw.endswith('}') else '\"}'\n"
            "        value = json.loads(raw, parse_constant=_not_json)\n",
        ),
    ),
    "sends half a turn again": breaks(
        "history",
        ('"content": kept(turn.message["content"], ())})', '"content": turn.message["content"]})'),
    ),
    "leaves the socket to the garbage collector": breaks(
        "closes",
        ("DRAIN_SECONDS = 0.5", "DRAIN_SECONDS = 60"),
    ),
    "ends with a traceback on Ctrl-C": breaks(
        "interrupted",
        ('    except KeyboardInterrupt:\n        screen.line("Stopped.")\n        exit(130)\n', ""),
    ),
    "swallows Ctrl-C": breaks(
        "interrupted",
        (
            "    screen = Screen()\n    try:\n",
            "    import signal\n\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "    screen = Screen()\n    try:\n",
        ),
    ),
    "follows redirects with the key": breaks(
        "key",
        ("    return httpx.AsyncClient(\n", "    return Following(\n"),
        (
            "def client(",
            "class Following(httpx.AsyncClient):\n"
            "    async def send(self, request, **options):\n"
            "        response = await super().send(request, **options)\n"
            "        if response.status_code == 307:\n"
            "            request = httpx.Request('POST', response.headers['location'], "
            "headers=request.headers, content=request.content)\n"
            "            response = await super().send(request, **options)\n"
            "        return response\n\n\ndef client(",
        ),
    ),
    "gives the key to the weather service": breaks(
        "key",
        (
            'params={"city": city})',
            'params={"city": city}, headers={"x-key": os.environ["ANTHROPIC_API_KEY"]})',
        ),
    ),
    "imports an SDK through importlib": breaks(
        "by_hand",
        (
            "    screen = Screen()\n",
            "    __import__('importlib').import_module('open' + 'ai')\n    screen = Screen()\n",
        ),
    ),
    "lets another program do the work": breaks(
        "by_hand",
        (
            "    screen = Screen()\n",
            "    import subprocess\n\n"
            "    subprocess.run([sys.executable, '-c', ''])\n    screen = Screen()\n",
        ),
    ),
}


def broken_source(source: str, broken: Broken) -> str:
    """Return the reference with the changes in it, each of which must be made once."""
    for old, new in broken.changes:
        assert source.count(old) == 1, f"{source.count(old)} times: {old!r}"
        source = source.replace(old, new)
    return source
