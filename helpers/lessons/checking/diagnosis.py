"""A report as people read it: HTML for the notebook, and the same in plain text."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from helpers.lessons.checking.report import CaseResult, Diagnosis, Line, Report, plain
from helpers.lessons.exercise import Exercise

__all__ = ["render", "render_sentence"]

LOOK = Path(__file__).parents[2] / "widgets" / "look.css"
STYLE = Path(__file__).with_name("diagnosis.css")

SHAPES = {"passed": "✓", "failed": "✕", "not_run": "·"}
WORDS = {"passed": "passed", "failed": "failed", "not_run": "not run"}


def render(exercise: Exercise, report: Report, notes: Iterable[str] = ()) -> tuple[str, str]:
    """Return a report as (HTML, plain text).

    Both are the same for the same report: no times, no paths, no ids.

    Args:
        exercise: what was checked.
        report: what came of it.
        notes: sentences to end with.
    """
    return _html(exercise, report, tuple(notes)), _text(exercise, report, tuple(notes))


def render_sentence(sentence: str) -> tuple[str, str]:
    """Return one sentence as (HTML, plain text)."""
    return f'<div class="sa check">{_style()}<p>{_inline(sentence)}</p></div>', sentence


def headline(report: Report) -> str:
    """Return the first line of a diagnosis."""
    count = len(report.cases)
    match report.status:
        case "passed":
            return f"passed {count} of {count}"
        case "not_attempted":
            return "not attempted yet"
        case "broken":
            return "your cell does not run yet"
    return f"passed {report.passed} of {count}"


def rows(found: Diagnosis) -> list[tuple[str, Line, str]]:
    """Return what a diagnosis says, row by row: its name, then code or a sentence."""
    said: list[tuple[str, Line, str]] = [
        ("what was run", plain(found.ran), ""),
        ("what came back", found.came_back, ""),
        ("", plain(found.where) if found.where else (), ""),
        ("what it printed", plain(found.printed) if found.printed else (), ""),
        ("what was expected", found.expected, ""),
        ("this looks like", (), found.looks_like),
        ("try next", (), found.try_next),
    ]
    return [row for row in said if row[1] or row[2]]


# HTML


def _html(exercise: Exercise, report: Report, notes: tuple[str, ...]) -> str:
    first = report.diagnosis
    pieces = [
        _style(),
        f'<p class="check-head check-{report.status}"><strong>{_shape(report)}'
        f"{headline(report)}</strong> · {escape(exercise.title)}</p>",
    ]
    if report.status == "not_attempted":
        pieces.append("<p>Write your code in the cell and run it again. This will be tried:</p>")
    if report.status == "broken" and first:
        pieces.append(_rows_html(first))
    if report.status != "broken":
        cases = "".join(_case_html(case, report) for case in report.cases)
        pieces.append(f'<ul class="check-cases">{cases}</ul>')
    pieces += [f'<p class="check-note">{_inline(note)}</p>' for note in notes]
    pieces += _hints_html(exercise, report)
    return f'<div class="sa check">{"".join(pieces)}</div>'


def _shape(report: Report) -> str:
    return {"passed": "✓ ", "broken": "✕ "}.get(report.status, "")


def _case_html(case: CaseResult, report: Report) -> str:
    if report.status == "not_attempted":
        return f"<li>{escape(case.name)}: {_inline(case.why)}</li>"
    said = f"{SHAPES[case.status]} {WORDS[case.status]}"
    title = f'<span class="check-{case.status}">{said}</span> · {escape(case.name)}'
    if case.diagnosis is None:
        return f"<li>{title}</li>"
    # Only the first failure is open: the others often have the same cause.
    is_open = " open" if case.diagnosis is report.diagnosis else ""
    return (
        f"<li><details{is_open}><summary>{title}</summary>"
        f'<p class="check-why">{_inline(case.why)}</p>{_rows_html(case.diagnosis)}</details></li>'
    )


def _rows_html(found: Diagnosis) -> str:
    items = []
    for name, line, sentence in rows(found):
        said = _inline(sentence) if sentence else _line_html(line)
        wanted = ' class="check-wanted"' if name == "what was expected" else ""
        items.append((f"<dt>{name}</dt>" if name else "") + f"<dd{wanted}>{said}</dd>")
    return f"<dl>{''.join(items)}</dl>"


def _line_html(line: Line) -> str:
    # Where a whole line is marked there is no place in it to point at.
    whole = ' class="check-whole"' if len(line) == 1 else ""
    spans = "".join(
        f"<mark>{escape(span.text) or '‸'}</mark>" if span.differs else escape(span.text)
        for span in line
    )
    return f"<code{whole}>{spans}</code>"


def _hints_html(exercise: Exercise, report: Report) -> list[str]:
    first, second, last = (_paragraphs(hint) for hint in exercise.hints)
    # It scrolls, so the keyboard must reach it.
    code = f'<pre tabindex="0"><code>{escape(exercise.reference_source().strip())}</code></pre>'
    if report.status == "passed":
        return [_fold("Compare with one way to write it", last + code)]
    return [_fold("Hint 1", first), _fold("Hint 2", second), _fold("Show one way", last + code)]


def _fold(title: str, inside: str) -> str:
    return f'<details class="check-hint"><summary>{title}</summary>{inside}</details>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(piece)}</p>" for piece in text.strip().split("\n\n"))


def _inline(text: str) -> str:
    """Escape a sentence and set its `code` as such."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


@cache
def _style() -> str:
    """Return the look, in as few bytes as it takes: each stored output carries it."""
    css = LOOK.read_text("utf-8") + STYLE.read_text("utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s*([{};,])\s*", r"\1", " ".join(css.split()))
    return f"<style>{css}</style>"


# Plain text


def _text(exercise: Exercise, report: Report, notes: tuple[str, ...]) -> str:
    lines = [f"{_shape(report)}{headline(report)} · {exercise.title}"]
    if report.status == "broken" and report.diagnosis:
        lines += _rows_text(report.diagnosis)
    else:
        for case in report.cases:
            if report.status == "not_attempted":
                lines.append(f"  · {case.name}: {_bare(case.why)}")
                continue
            lines.append(f"  {SHAPES[case.status]} {WORDS[case.status]} · {case.name}")
            if case.diagnosis and case.diagnosis is report.diagnosis:
                lines += _rows_text(case.diagnosis)
    lines += [_bare(note) for note in notes]
    if report.status != "passed":
        lines.append("In the notebook, you can open two hints and one solution below the cell.")
    return "\n".join(lines)


def _rows_text(found: Diagnosis) -> list[str]:
    return [
        f"      {name:<18} {(sentence and _bare(sentence)) or _line_text(line)}"
        for name, line, sentence in rows(found)
    ]


def _line_text(line: Line) -> str:
    return "".join(f"⟦{span.text}⟧" if span.differs else span.text for span in line)


def _bare(text: str) -> str:
    return text.replace("`", "")
