"""A folder of submissions as one table: a page for people, a CSV file for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from helpers.build.report import STYLE
from helpers.build.submitted import CannotRead, submissions_in
from helpers.build.verify import Check, Verdict, verify

__all__ = ["csv_of", "page_of", "table"]

COLUMNS = (
    ("files", "files"),
    ("secrets", "keys"),
    ("manifest", "manifest"),
    ("agent", "agent.py"),
    ("behaviour", "behaviour"),
    ("report", "report"),
    ("recording", "recording"),
    ("ttft", "first token"),
    ("note", "note"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(
    folder: Path,
    *,
    seeds: int = 3,
    say: Callable[[str], None] = lambda words: None,
    out: Path | None = None,
    verify: Callable[..., Verdict] = verify,
) -> list[Verdict]:
    """Verify each submission in a folder; write submissions.html and submissions.csv.

    Both are written anew after each submission: whoever stops has what there is so far.

    Args:
        folder: holds the submissions, each a folder or a .zip.
        seeds: how often each behaviour is tried with fresh values.
        say: takes a sentence about each submission.
        out: where the two files go; by default, into the folder.
        verify: looks at one submission.

    Raises:
        CannotRead: there is no such folder, or no submission in it.
        OSError: the files can't be written.
    """
    paths = submissions_in(folder)
    place = out or folder
    found: list[Verdict] = []
    for number, path in enumerate(paths, 1):
        say(f"{number} of {len(paths)}: {path.name}")
        try:
            verdict = verify(path, seeds=seeds, say=lambda words: None)
        except CannotRead as problem:
            verdict = Verdict(path.name, (Check("files", "files", False, str(problem)),))
        found.append(verdict)
        say("   passed" if verdict.passed else f"   failed: {' '.join(verdict.reasons)}"[:300])
        place.mkdir(parents=True, exist_ok=True)
        (place / "submissions.html").write_text(page_of(found), encoding="utf-8")
        (place / "submissions.csv").write_text(csv_of(found), encoding="utf-8", newline="")
    return found


def csv_of(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as CSV; no cell of it is a formula, whatever a submission is called."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "verdict", "own_parts", *(id for id, _ in COLUMNS), "reasons"])
    for one in verdicts:
        made = {check.id: _word(check) for check in one.checks}
        cells = [one.name, "passed" if one.passed else "failed", one.own]
        cells += [made.get(id, "not tried") for id, _ in COLUMNS]
        writer.writerow([_harmless(cell) for cell in [*cells, " ".join(one.reasons)]])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    plain = "".join(c if c.isprintable() else " " for c in cell)
    return f"'{plain}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else plain


def _word(check: Check) -> str:
    return "passed" if check.passed else "failed"


def page_of(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as a page: no script, nothing from elsewhere."""
    good = sum(one.passed for one in verdicts)
    titles = ["submission", "verdict", "own parts", *(title for _, title in COLUMNS)]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Submissions: {good} of {len(verdicts)} passed</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        '<main class="wide">\n<h1>Submissions</h1>\n'
        f"<p>{good} of {len(verdicts)} passed. Each was run here, with values of its own.</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Submissions">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>"
        f"\n<tbody>\n{''.join(map(_row, verdicts))}</tbody>\n</table>\n</div>\n"
        f"<h2>Reasons</h2>\n{''.join(map(_reasons, verdicts))}</main>\n</body>\n</html>\n"
    )


def _row(one: Verdict) -> str:
    made = {check.id: check for check in one.checks}
    cells = "".join(_cell(made.get(id)) for id, _ in COLUMNS)
    verdict = "passed" if one.passed else "failed"
    sign = "✓ passed" if one.passed else "✕ failed"
    head = f'<th scope="row">{escape(one.name)}</th><td class="{verdict}">{sign}</td>'
    head += f"<td>{escape(one.own)}</td>"
    return f"<tr>{head}{cells}</tr>\n"


def _cell(check: Check | None) -> str:
    if check is None:
        return '<td><span role="img" aria-label="not tried">–</span></td>'
    sign, word = ("✓", "passed") if check.passed else ("✕", "failed")
    return f'<td class="{word}"><span role="img" aria-label="{word}">{sign}</span></td>'


def _reasons(one: Verdict) -> str:
    sign, word = ("✓", "passed") if one.passed else ("✕", "failed")
    rows = ""
    for check in sorted(one.checks, key=lambda check: check.passed):
        mark = "✓" if check.passed else "✕"
        rows += f"<dt>{mark} {escape(check.title)}</dt><dd>{escape(check.why)}</dd>\n"
    return (
        f'<details class="{word}"{"" if one.passed else " open"}>\n<summary>'
        f'<span class="mark" role="img" aria-label="{word}">{sign}</span> '
        f'<b>{escape(one.name)}</b></summary>\n<dl class="words">\n{rows}</dl>\n</details>\n'
    )
