"""Exercises that ask for a verdict on each of some cases, which go by letters."""

from helpers.lessons.checking.part import Case, Misconception, Namespace

__all__ = ["verdict_case"]


def verdict_case(
    table: str,
    kind: str,
    letter: str,
    what: str,
    right: bool | int,
    *,
    mistake: tuple[str, str, str],
    how: str,
) -> Case:
    """Return the case that asks for one letter.

    Args:
        table: the dict in which the learner answers.
        kind: what each letter stands for, such as "history".
        letter: the key in that dict.
        what: what it is about; a clause becomes a sentence.
        right: the verdict that should stand there.
        mistake: what a wrong one is: its id, what it looks like, what to try next.
        how: what to write where nothing stands yet.
    """

    def run(my: Namespace) -> object:
        return getattr(my, table)[letter]

    id, looks_like, try_next = mistake
    return Case(
        f"{kind} {letter}",
        what if what.endswith((".", "?", ">")) else f"{what[0].upper()}{what[1:]}.",
        f'{table}["{letter}"]',
        run,
        right,
        (
            Misconception(
                id="not-answered",
                looks_like=f"a {kind} without a verdict",
                try_next=how,
                matches=lambda out: out.returned is ... or isinstance(out.error, KeyError),
            ),
            Misconception(
                id=id,
                looks_like=looks_like,
                try_next=try_next,
                matches=lambda out: isinstance(out.returned, type(right)),
            ),
        ),
    )
