"""Builds that break one behaviour each, and cheats: the reference with a few lines changed."""

from typing import NamedTuple

__all__ = ["BROKEN", "Broken", "break_source"]


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


ADDED = '            messages.append({"role": "assistant", "content": content})\n'

BROKEN = {
    "forgets to flush": breaks(
        # Who shows nothing before the end can't be stopped at a word either.
        "streams_text interrupted",
        (
            "        sys.stdout.write(piece)\n        sys.stdout.flush()\n",
            "        sys.stdout.write(piece)\n",
        ),
    ),
    "decodes each chunk on its own": breaks(
        "any_chunking",
        (
            "for sse in decoder.feed(chunk):",
            "for sse in decoder.feed(chunk.decode('utf-8', 'replace').encode()):",
        ),
    ),
    "knows LF alone for the end of a line": breaks(
        "line_ends",
        (r'return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")', "return chunk"),
    ),
    "reads the last data line alone": breaks(
        "data_lines",
        (r'"\n".join(data), self._id)', "data[-1], self._id)"),
    ),
    "reads the data of each event": breaks(
        "keepalives",
        ('if sse.event in PINGS or (not data and sse.event == "message"):', "if False:"),
        ('data or "{}"', "data"),
    ),
    "runs a call at each of its stops": breaks(
        "stops_twice",
        (
            "        if index in self._closed:\n            return []\n"
            "        self._closed.add(index)\n",
            "",
        ),
        ("        if block is None or block.stopped:\n", "        if block is None:\n"),
    ),
    "trips over unknown events": breaks(
        "unknown_events",
        (
            'case {"type": str()} if kind != "error":',
            'case {"type": "ping" | "message_delta"}:',
        ),
    ),
    "gives each fragment to the newest call": breaks(
        "interleaved",
        (
            'block, kind = self._blocks[index], delta["type"]',
            'block, kind = self._blocks[max(self._blocks)], delta["type"]',
        ),
    ),
    "reads the empty string as JSON": breaks(
        "empty_input",
        (
            "        if raw.strip():\n            self.input = read_input(raw)\n",
            "        if self.has_input:\n"
            "            self.input = read_input(raw) if raw else json.loads(raw)\n",
        ),
    ),
    "takes an error's page for the weather": breaks(
        "tool_fails",
        (
            "            answer.raise_for_status()\n",
            "            if answer.is_error:\n                return answer.text\n",
        ),
    ),
    "takes half a JSON for the weather": breaks(
        "tool_nonsense",
        ("            answer.json()  # broken JSON is a failure, which the model is told\n", ""),
    ),
    "ends when a tool fails": breaks(
        "tool_fails tool_nonsense empty_input",
        (
            "except Exception as error:  # not CancelledError: that one has to get through\n",
            "except Exception as error:\n            os._exit(1)\n",
        ),
    ),
    "sends other words than were said": breaks(
        "turn_kept",
        (
            ADDED,
            "            content = [{**b, 'text': '(text)'} if b['type'] == 'text' else b "
            "for b in content]\n" + ADDED,
        ),
    ),
    "sends the calls behind all text": breaks(
        "turn_kept",
        (ADDED, "            content.sort(key=lambda b: b['type'] == 'tool_use')\n" + ADDED),
    ),
    "drops the thinking": breaks(
        "thinking_kept",
        (
            "                keep = bool(signature)  # it comes last, so without it the thinking "
            "was cut\n",
            "                keep = False\n",
        ),
    ),
    "drops the signature of the thinking": breaks(
        "thinking_kept",
        (
            ADDED,
            "            content = [{k: v for k, v in b.items() if k != 'signature'} "
            "for b in content]\n" + ADDED,
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
            "    async def _work(self, run: Run) -> None:\n",
            "    async def _work(self, run: Run) -> None:\n"
            "        async with ONE_AT_A_TIME:\n            await self._really(run)\n\n"
            "    async def _really(self, run: Run) -> None:\n",
        ),
        ("class ToolDispatcher:\n", "ONE_AT_A_TIME = asyncio.Lock()\n\n\nclass ToolDispatcher:\n"),
    ),
    "gives results back as they finish": breaks(
        "call_order",
        (
            "        run.finished = ToolFinished(run.call, content, is_error)\n",
            "        run.finished = ToolFinished(run.call, content, is_error)\n"
            "        self._runs.append(self._runs.pop(self._runs.index(run)))\n",
        ),
        ("sorted(self._runs, key=lambda run: run.call.index)", "self._runs"),
    ),
    "answers each call in a message of its own": breaks(
        "call_order",
        (
            '            messages.append({"role": "user", "content": results})\n',
            '            messages += [{"role": "user", "content": [one]} for one in results]\n',
        ),
    ),
    "stops after the first tools": breaks(
        # All that can be seen in the next request alone.
        "tool_json call_order loops stops_twice interleaved empty_input tool_fails tool_nonsense "
        "turn_kept thinking_kept",
        ("        if not results:\n            return\n", "        return\n"),
    ),
    "never asks again": breaks(
        "retries patience retry_after overloaded_mid_stream",
        ("            if seconds is None:\n                raise\n", "            raise\n"),
    ),
    "waits less each time": breaks(
        "patience",
        (
            "doubled: float = first * 2.0 ** min",
            "doubled: float = 2 * first / 16.0 ** min",
        ),
    ),
    "asks again after any error in the stream": breaks(
        "error_in_stream",
        ("        return type in RETRIED_TYPES or not type\n", "        return True\n"),
    ),
    "takes an error behind text for the end": breaks(
        "error_behind_text",
        (
            "        except Exception as error:\n            seconds = seconds_to_wait(\n",
            "        except Exception as error:\n"
            "            if shown and getattr(error, 'type', ''):\n                return\n"
            "            seconds = seconds_to_wait(\n",
        ),
    ),
    "waits for ever in a silence": breaks(
        "silence",
        ("httpx.Timeout(chosen.read_timeout, connect=10)", "httpx.Timeout(None, connect=10)"),
    ),
    "asks again for a whole answer": breaks(
        "whole_answer",
        (
            "    with suppress(httpx.RequestError, TimeoutError):\n"
            "        async with asyncio.timeout(DRAIN_SECONDS):\n",
            "    with suppress(TimeoutError):\n"
            "        async with asyncio.timeout(DRAIN_SECONDS):\n",
        ),
        (
            "        if not adapter.complete:\n            _raise_by_name(",
            "        if True:\n            _raise_by_name(",
        ),
    ),
    "keeps max_tokens to itself": breaks(
        "max_tokens",
        ('    return INCOMPLETE.get(ending.reason, "")\n', '    return ""\n'),
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
            "if isinstance(reason, str) and reason not in CUT_OR_REFUSED:",
            "if isinstance(reason, str):",
        ),
        (
            "        value = json.loads(raw, parse_constant=not_json)\n",
            "        raw += '' if raw.endswith('}') else '\"}'\n"
            "        value = json.loads(raw, parse_constant=not_json)\n",
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


def break_source(source: str, broken: Broken) -> str:
    """Return the reference with the changes in it, each of which must be made once."""
    for old, new in broken.changes:
        assert source.count(old) == 1, f"{source.count(old)} times: {old!r}"
        source = source.replace(old, new)
    return source
