from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace

COUNTS_DOWN = Misconception("counts-down", lambda out: out.returned[::-1] == out.expected)
STUMBLES = Misconception("stumbles", lambda out: out.returned.missing)


def counting(n: int) -> Case:
    def run(my: Namespace) -> Any:
        return my.count(n)

    return Case(
        name=f"up to {n}",
        why=f"Somebody wants {n} numbers.",
        code=f"count({n})",
        run=run,
        expected=list(range(n)),
        misconceptions=(STUMBLES, COUNTS_DOWN),
    )


CASES = tuple(counting(n) for n in (1, 2, 3, 4))
