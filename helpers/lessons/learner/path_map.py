"""The map of a class's path: its steps, and what has passed of their exercises."""

from collections.abc import Collection, Mapping
from html import escape

from helpers.lessons.learner import progress
from helpers.lessons.learner.map import Map, in_part
from helpers.lessons.teaching import RunSheet
from helpers.lessons.teaching.places import notebook_name, path_of

__all__ = ["PathMap", "map_of"]


class PathMap:
    """The way through a path; shows itself in a notebook and in a terminal.

    Args:
        sheet: the path.
        passed: ids of the exercises that the learner has passed.
        part: of exercises that are done in part, how many cases passed, of how many.
    """

    def __init__(
        self,
        sheet: RunSheet,
        passed: Collection[str],
        part: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self._sheet = sheet
        self._passed = passed
        self._part = part or {}

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        # It reads notebooks by a library that is not in a browser's tab, where no path is either.
        from helpers.lessons.teaching.notebook import exercises_of

        return [
            (
                str(number),
                slot.step.title,
                f"{slot.minutes} min",
                ", ".join(found := exercises_of(slot.step)),
                ", ".join(map(self._state, found)),
            )
            for number, slot in enumerate(self._sheet.slots, start=1)
        ]

    def _state(self, exercise: str) -> str:
        return "✓ passed" if exercise in self._passed else in_part(self._part.get(exercise))

    def __repr__(self) -> str:
        rows = [("step", "what", "takes", "exercise", "yours"), *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td>{number}</td><td style="text-align: left">'
            f'<a href="#{escape(title.replace(" ", "-"))}">{escape(title)}</a></td>'
            f"<td>{minutes}</td>"
            f'<td style="text-align: left">{f"<code>{exercise}</code>" if exercise else ""}</td>'
            f'<td style="text-align: left">{escape(state)}</td></tr>'
            for number, title, minutes, exercise, state in self._rows()
        )
        heads = "".join(
            f'<th scope="col" style="text-align: left">{head}</th>'
            for head in ("Step", "What", "Takes", "Exercise", "Yours")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def map_of(environment: Mapping[str, str]) -> Map | PathMap:
    """Return the map of a path in its notebook, and that of all notebooks elsewhere.

    Args:
        environment: that of this kernel, which says which notebook it has.
    """
    passed, part = set(progress.find_passed()), progress.in_part()
    sheet = path_of(notebook_name(environment))
    return PathMap(sheet, passed, part) if sheet else Map(passed, part)
