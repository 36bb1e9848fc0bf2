"""The agent over a WebSocket: questions and Stop one way, events the other.

    browser ──▶ {"type": "ask", "prompt": "…"}      ◀── {"type": "run", "run": "…"}
            ──▶ {"type": "stop"}                     ◀── {"id": 1, "type": "turn", …} …
                                                     ◀── {"type": "error", "error": "…"}

Close codes: 1000 when the browser closes, 1003 for a binary message, 1007 for one that is no
JSON, 1009 (by the server's library) for one that is too long, 1012 when the server stops. A
question that can't be asked is no reason to close: it gets one sentence.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from helpers.web.requests import Refused, read_ask
from helpers.web.runs import Run, Runs
from helpers.web.wire import message

__all__ = ["talk"]

UNSUPPORTED, INVALID, RESTARTING = 1003, 1007, 1012


async def talk(websocket: WebSocket, runs: Runs) -> None:
    """Serve one browser until it leaves; then whatever it was reading ends at once."""
    await websocket.accept()
    telling: asyncio.Task[None] | None = None
    run: Run | None = None
    try:
        while True:
            received = await websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            asked = _read(received.get("text"))
            if asked is None:
                code = UNSUPPORTED if received.get("text") is None else INVALID
                await websocket.close(code, "Send JSON as text.")
                return
            match asked:
                case {"type": "ask"} if run is not None and not run.over:
                    await _say(websocket, type="error", error="Stop the last answer first.")
                case {"type": "ask"}:
                    try:
                        run = runs.start(read_ask(json.dumps(asked)))
                    except Refused as refusal:
                        await _say(websocket, type="error", error=refusal.words)
                    else:
                        telling = asyncio.create_task(_tell(websocket, run))
                case {"type": "stop"}:
                    if run is not None:
                        run.stop()
                case _:
                    words = 'Send {"type": "ask", "prompt": "…"} or {"type": "stop"}.'
                    await _say(websocket, type="error", error=words)
    except WebSocketDisconnect:
        pass  # while something was being said
    finally:
        if telling is not None:
            telling.cancel()
            await asyncio.wait({telling})


def _read(text: str | None) -> dict[str, Any] | None:
    """Return a message as an object, or None if it isn't one."""
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


async def _say(websocket: WebSocket, **page: str) -> None:
    await websocket.send_text(json.dumps(page))


async def _tell(websocket: WebSocket, run: Run) -> None:
    """Tell the browser everything about a run."""
    with suppress(WebSocketDisconnect, RuntimeError), run.reader(grace=0):
        await _say(websocket, type="run", run=run.id)
        async for batch in run.follow():
            for told in batch:
                await websocket.send_text(message(told))
