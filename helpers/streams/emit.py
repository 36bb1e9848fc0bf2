"""Work that tells what it does, as a stream of what it tells.

work ── put ──▶ EventQueue ──▶ emitted ──▶ who reads
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

from helpers.streams.event_queue import EventQueue

__all__ = ["emit_events"]


async def emit_events(
    work: Coroutine[Any, Any, object], events: EventQueue
) -> AsyncGenerator[tuple[str, Any]]:
    """Run work in a task of its own; give what it puts into a queue, until it has ended.

    Leaving the generator cancels the work and waits for its end. What the work raises is raised
    here, after all that it has told.

    Args:
        work: what puts events into the queue.
        events: a fresh queue; each event is given with the name of the agent whose it is.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: events.close())
    try:
        async for named in events:
            yield named
        task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
