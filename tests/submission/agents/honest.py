# /// script
# requires-python = ">=3.11"
# dependencies = ["httpx"]
# ///
"""An agent written from docs/your-agent.md alone, as a stranger writes one."""

# ruff: noqa: T201

import argparse
import asyncio
import json
import os
import sys
from contextlib import suppress

import httpx

TOOL = {
    "name": "get_weather",
    "description": "Say what the weather is in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
PASSING = ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")


class Failed(Exception):
    """The answer can't be had."""

    def __init__(self, words, *, again=False, wait=0.0):
        super().__init__(words)
        self.again = again
        self.wait = wait


def tell(words):
    print(words, file=sys.stderr, flush=True)


async def lines_of(response):
    """Yield the lines of a body; they end in LF, CRLF or CR."""
    rest, after_cr = b"", False
    async for chunk in response.aiter_bytes():
        if after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if chunk:
            after_cr = chunk.endswith(b"\r")
        rest += chunk
        *lines, rest = rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")


async def events_of(response):
    data = []
    async for line in lines_of(response):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line:
            if "".join(data).strip():
                yield json.loads("\n".join(data))
            data = []


class Agent:
    def __init__(self, chosen):
        self.chosen = chosen
        timeout = httpx.Timeout(chosen.read_timeout, connect=10)
        self.http = httpx.AsyncClient(timeout=timeout, trust_env=False)
        self.messages = [{"role": "user", "content": chosen.prompt}]

    async def weather(self, city):
        if not self.chosen.weather_url:
            return json.dumps({"city": city, "weather": "unknown: there is no weather service"})
        url = f"{self.chosen.weather_url}/weather"
        answer = await self.http.get(url, params={"city": city})
        answer.raise_for_status()
        answer.json()
        return answer.text

    async def result(self, block):
        tell(f"\n[get_weather {block['input']}]")
        found = {"type": "tool_result", "tool_use_id": block["id"]}
        try:
            return {**found, "content": await self.weather(block["input"]["city"])}
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            return {**found, "content": words, "is_error": True}

    async def turn(self):
        """Ask once; return why the model stopped. The turn enters the messages when it is whole."""
        body = {
            "model": self.chosen.model,
            "max_tokens": 4096,
            "messages": self.messages,
            "tools": [TOOL],
            "stream": True,
        }
        headers = {
            "x-api-key": os.environ.get("ANTHROPIC_API_KEY", ""),
            "anthropic-version": "2023-06-01",
        }
        blocks, inputs, closed, tasks = {}, {}, [], {}
        reason, whole = None, False

        def run_closed():
            for index in closed:
                with suppress(ValueError):
                    blocks[index]["input"] = json.loads(inputs[index] or "{}")
                    tasks[index] = asyncio.create_task(self.result(blocks[index]))
            closed.clear()

        try:
            url = f"{self.chosen.base_url}/v1/messages"
            async with self.http.stream("POST", url, json=body, headers=headers) as response:
                if response.status_code != 200:
                    await response.aread()
                    status, wait = response.status_code, response.headers.get("retry-after", "")
                    raise Failed(
                        f"HTTP {status}: {response.text[:300]}",
                        again=status in (408, 409, 429) or status >= 500,
                        wait=float(wait) if wait.replace(".", "").isdigit() else 0.0,
                    )
                async for event in events_of(response):
                    kind, index = event.get("type"), event.get("index")
                    if kind == "error":
                        error = event.get("error", {})
                        raise Failed(
                            f"{error.get('type')}: {error.get('message')}",
                            again=error.get("type") in PASSING,
                        )
                    if kind == "content_block_start":
                        run_closed()
                        blocks[index], inputs[index] = dict(event["content_block"]), ""
                    elif kind == "content_block_delta":
                        self.take(blocks[index], inputs, index, event["delta"])
                    elif kind == "content_block_stop":
                        once = index not in closed and index not in tasks
                        if blocks[index]["type"] == "tool_use" and once:
                            closed.append(index)
                    elif kind == "message_delta":
                        reason = event["delta"].get("stop_reason") or reason
                        if reason == "tool_use":
                            run_closed()
                    elif kind == "message_stop":
                        whole = True
                        break
            if not whole:
                raise Failed("the stream ended before its message", again=True)
        except (Failed, httpx.HTTPError, ValueError) as error:
            if not whole:
                for task in tasks.values():
                    task.cancel()
                said = any(block.get("text") for block in blocks.values())
                again = getattr(error, "again", isinstance(error, httpx.TransportError))
                words = str(error) or type(error).__name__
                wait = getattr(error, "wait", 0.0)
                raise Failed(words, again=again and not said, wait=wait) from error
        content = [blocks[index] for index in sorted(blocks)]
        self.messages.append({"role": "assistant", "content": content})
        if tasks:
            results = [await tasks[index] for index in sorted(tasks)]
            self.messages.append({"role": "user", "content": results})
        return reason

    def take(self, block, inputs, index, delta):
        match delta:
            case {"type": "text_delta", "text": text}:
                block["text"] += text
                print(text, end="", flush=True)
            case {"type": "input_json_delta", "partial_json": part}:
                inputs[index] += part
            case {"type": "thinking_delta", "thinking": part}:
                block["thinking"] += part
            case {"type": "signature_delta", "signature": signature}:
                block["signature"] = signature

    async def answer(self):
        failures = 0
        while True:
            try:
                reason = await self.turn()
            except Failed as error:
                failures += 1
                if not error.again or failures > 4:
                    raise
                wait = max(error.wait, 0.4 * 2**failures)
                tell(f"{error}; asking again in {wait:.1f} s")
                await asyncio.sleep(wait)
                continue
            failures = 0
            if reason == "max_tokens":
                raise Failed("the answer was cut: max_tokens")
            if reason != "tool_use":
                return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt")
    parser.add_argument("--base-url", default="https://api.anthropic.com")
    parser.add_argument("--weather-url")
    parser.add_argument("--read-timeout", type=float, default=60)
    parser.add_argument("--model", default="claude-sonnet-5-5")
    try:
        asyncio.run(Agent(parser.parse_args()).answer())
        print()
    except KeyboardInterrupt:
        tell("stopped")
        return 130
    except Failed as error:
        tell(f"\n{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
