"""Cases of `dispatch`: what must not run early, and what must not run on."""

import asyncio
from contextlib import suppress
from typing import Any

from helpers.lessons.checking.case import Misconception, Namespace
from helpers.lessons.common.outcomes import mentions
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.harness import (
    LAGOS,
    NEVER_ENDED,
    SOON,
    WAITS_FOR_NOTHING,
    Turn,
    call,
    case,
    errors,
    get_weather,
    ids,
    soon,
    words,
)
from helpers.tools import tool


async def pays_once(my: Namespace) -> object:
    """Start a payment, and tell when it ran."""
    told: list[str] = []

    @tool(idempotent=False)
    async def pay(amount: int) -> str:
        """Pay."""
        told.append("paid")
        return "thank you"

    turn = Turn(my, pay)
    turn.start(PAYMENT)
    await soon(lambda: told)
    told.append("message_stop")
    turn.release()
    return [*told[:1], *[words(block["content"]) for block in await turn.results()], *told[1:]]


async def breaks_off(my: Namespace) -> object:
    """Have a reply break off: the end of it never comes."""
    paid = []

    @tool(idempotent=False)
    async def pay(amount: int) -> str:
        """Pay."""
        paid.append(amount)
        return "thank you"

    turn = Turn(my, pay, get_weather)
    turn.start(LAGOS, PAYMENT)
    await asyncio.sleep(0.02)
    await turn.cancel()
    blocks = await turn.results()
    await asyncio.sleep(0.02)
    return [f"paid {len(paid)} times", ids(blocks), errors(blocks)]


async def cancels(my: Namespace) -> object:
    """Cancel a running tool; tell what it has come to."""
    told: list[Any] = []

    @tool
    async def watch(path: str) -> str:
        """Watch a file."""
        told.append("begun")
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.02)
            told.append("tidied up")
        return "changed"

    turn = Turn(my, watch)
    turn.start(WATCH)
    await soon(lambda: told)
    await turn.cancel()
    told.append("cancel returns")
    return [*told, errors(await turn.results())]


async def cancels_nothing(my: Namespace) -> object:
    """Cancel a turn without calls."""
    turn = Turn(my, get_weather)
    await turn.cancel()
    return await turn.results()


async def cancel_while_it_waits(my: Namespace) -> object:
    """Cancel whoever waits for the results."""
    told = []

    @tool
    async def watch(path: str) -> str:
        """Watch a file."""
        told.append("begun")
        await asyncio.sleep(10)
        return "changed"

    turn = Turn(my, watch)
    turn.start(WATCH)
    waiting = asyncio.ensure_future(turn.dispatcher.results())
    await soon(lambda: told)
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=SOON)
    if not waiting.done():
        return "cancelled, and still waiting"
    if not waiting.cancelled():
        waiting.exception()
        return "cancelled, and went on"
    with suppress(RuntimeError, asyncio.CancelledError):
        await turn.cancel()
    return "cancelled"


PAYMENT = call(2, "pay", {"amount": 12})
WATCH = call(1, "watch", {"path": "a.txt"})

SAFETY_CASES = (
    case(
        "a tool that must not run twice",
        "If the reply breaks off, the program asks again, and the model repeats the payment.",
        "@tool(idempotent=False)\nasync def pay(amount: int): …",
        pays_once,
        ["message_stop", "thank you", "paid"],
        Misconception(
            id="runs-once-early",
            matches=lambda out: out.returned == ["paid", "thank you", "message_stop"],
        ),
        Misconception(
            id="runs-it-twice",
            matches=lambda out: out.returned.count("paid") > 1,
        ),
        Misconception(
            id="once-never-runs",
            matches=lambda out: "paid" not in out.returned or "thank you" not in out.returned,
        ),
    ),
    case(
        "the reply breaks off",
        "The turn failed. But each call needs a result, or the API refuses the conversation.",
        "dispatcher.start(weather)\ndispatcher.start(pay)\nawait dispatcher.cancel()\n"
        "await dispatcher.results()",
        breaks_off,
        ["paid 0 times", [LAGOS.id, PAYMENT.id], [False, True]],
        Misconception(
            id="pays-for-a-broken-reply",
            matches=lambda out: out.returned[0] != "paid 0 times",
        ),
        Misconception(
            id="held-back-unanswered",
            matches=lambda out: isinstance(out.error, LookupError) or len(out.returned[1]) < 2,
        ),
        Misconception(
            id="throws-away-what-is-done",
            matches=lambda out: out.returned[2] == [True, True],
        ),
        Misconception(
            id="waits-for-the-held-back",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
    ),
    case(
        "cancel waits for the end",
        "A cancelled tool may still close a file. `cancel` waits until the tool has ended.",
        "await dispatcher.cancel()\nawait dispatcher.results()",
        cancels,
        ["begun", "tidied up", "cancel returns", [True]],
        Misconception(
            id="leaves-tasks-running",
            matches=lambda out: bool(out.timed_out) or mentions(out, NEVER_ENDED),
        ),
        Misconception(
            id="cancelled-error-escapes",
            matches=lambda out: isinstance(out.error, asyncio.CancelledError),
        ),
        Misconception(
            id="cancel-does-not-wait",
            matches=lambda out: out.returned[:2] == ["begun", "cancel returns"],
        ),
        Misconception(
            id="cancelled-unanswered",
            matches=lambda out: isinstance(out.error, LookupError) or out.returned[-1] != [True],
        ),
    ),
    case(
        "nothing to cancel",
        "The connection may break before the first call. The loop calls `cancel` anyway.",
        "dispatcher = ToolDispatcher(tools, emit)\nawait dispatcher.cancel()\n"
        "await dispatcher.results()",
        cancels_nothing,
        [],
        WAITS_FOR_NOTHING,
    ),
    case(
        "cancelled while it waits",
        "Stop, Ctrl-C or a closed browser cancel the loop while it waits in `results`.",
        "task.cancel()  # of a task that awaits dispatcher.results()",
        cancel_while_it_waits,
        "cancelled",
        Misconception(
            id="swallows-cancellation",
            matches=lambda out: bool(out.timed_out) or out.error is None,
        ),
    ),
)
