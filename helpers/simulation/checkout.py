"""The team that the course shows: one who asks, one who reads logs, one who reads metrics.

The offline API knows what they say; their tools take their time, and find the same in
every run.
"""

import asyncio

from helpers.team import Member
from helpers.tools import Progress, ToolError, tool

__all__ = ["QUESTION", "SPECIALISTS", "SUPERVISOR", "read_metric", "search_logs"]

QUESTION = "Why was the checkout slow at noon?"
FILES = 6
METRICS = {
    "checkout latency": "p95 latency rose from 0.4 s to 6.2 s at 12:02",
    "database connections": "all 50 database connections were in use from 12:01 to 12:09",
}


@tool(status="Searching the logs of {service} from {since} to {until}")
async def search_logs(service: str, since: str, until: str, progress: Progress) -> str:
    """Search the logs of a service for errors and slow requests.

    Args:
        service: its name.
        since: the time to begin with, such as 12:00.
        until: the time to end with.
    """
    for number in range(1, FILES + 1):
        await asyncio.sleep(0.35)
        progress(f"{number} of {FILES} files", number, FILES)
    return f"312 of 4,120 requests to {service} failed with 'no free connection after 5 s'"


@tool(status="Reading {name} from {since} to {until}")
async def read_metric(name: str, since: str, until: str) -> str:
    """Read what a metric did in a span of time.

    Args:
        name: checkout latency, or database connections.
        since: the time to begin with, such as 12:00.
        until: the time to end with.
    """
    await asyncio.sleep(0.9)
    if name not in METRICS:
        raise ToolError(f"There is no metric {name!r}. There are: {', '.join(METRICS)}.")
    return METRICS[name]


SUPERVISOR = Member(
    "supervisor",
    system="You find out why systems fail. Ask your specialists; they only see what you write.",
)
SPECIALISTS = (
    Member(
        "logs",
        does="Ask who reads logs. They know errors and slow requests, and nothing of metrics.",
        system="You read logs. Say what you found in one sentence.",
        tools=(search_logs,),
    ),
    Member(
        "metrics",
        does="Ask who reads metrics. They know latencies and databases, and nothing of logs.",
        system="You read metrics. Say what you found in one sentence.",
        tools=(read_metric,),
    ),
)
