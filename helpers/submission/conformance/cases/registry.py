"""The list of cases, and how a function enters it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from helpers.submission.conformance.harness import Harness

__all__ = ["CASES", "Case", "case"]

Try = Callable[[Harness], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One behaviour.

    Attributes:
        id: stable, such as "streams_text".
        title: what the agent does, as a clause; it holds if the case passes, else not.
        why: what it costs if it doesn't.
        run: tries it; raises Failed.
        not_on: the platforms that it can't be tried on.
        waits: whether it takes seconds in which an agent has nothing to do.
    """

    id: str
    title: str
    why: str
    run: Try
    not_on: tuple[str, ...] = ()
    waits: bool = False


CASES: list[Case] = []


def case(
    id: str, title: str, why: str, *, not_on: tuple[str, ...] = (), waits: bool = False
) -> Callable[[Try], Try]:
    """Enter a function in the list of cases."""

    def enter(run: Try) -> Try:
        CASES.append(Case(id, title, why, run, not_on, waits))
        return run

    return enter
