"""The last steps of every answer, whatever the endpoint: its faults, then its network chunks."""

from collections.abc import Callable
from dataclasses import replace

from . import faults
from .chance import dice
from .chunking import cutter
from .plan import Plan, Request
from .settings import RUN_HEADER, Settings
from .state import State


def deliver(
    state: State,
    request: Request,
    settings: Settings,
    plan: Plan,
    source: str,
    tokens: int | None = None,
    retell: Callable[[Plan], Plan] = lambda plan: plan,
) -> Plan:
    """Return the plan of a healthy answer as the settings want it on the wire.

    source: what tells this request from others (chance.fingerprint).
    tokens: the length of the answer, if known.
    retell: writes errors in the words of the endpoint, if they aren't the Messages API's.
    """
    striking = state.attempts.striking(faults.each(settings.fault), f"{asking(request)} {source}")
    broken = faults.apply(
        striking,
        plan,
        tokens,
        may_compress=faults.accepts_gzip(request.headers.get("accept-encoding", "")),
        retell=retell,
    )
    cut = cutter(settings.chunking)
    return replace(broken, render=lambda: cut(broken.chunks, dice(source, "chunking")))


def asking(request: Request) -> str:
    """Return what tells one client, and one run of it, from the others.

    The course's own clients name their run. Of others, the key and the program are known.
    """
    headers = request.headers
    if run := headers.get(RUN_HEADER):
        return run
    key = headers.get("x-api-key") or headers.get("authorization", "")
    return f"{key} {headers.get('user-agent', '')}"
