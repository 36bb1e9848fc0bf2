"""A folder of submissions as one table: a page for people, a CSV file for a spreadsheet."""

import csv
import io
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from html import escape
from pathlib import Path

from helpers.submission.means import at_once
from helpers.submission.plain import plain
from helpers.submission.report import STYLE
from helpers.submission.submission_files import NAME, submissions_in
from helpers.submission.verdict import NOT_SEEN, TITLES, Check, Verdict
from helpers.submission.verdict_store import verify_once
from helpers.submission.verify import row

__all__ = ["csv_of", "page_of", "table"]

SORTED = ("failed", "told", "passed")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(
    folder: Path,
    *,
    seeds: int = 3,
    say: Callable[[str], None] = lambda words: None,
    out: Path | None = None,
    verify: Callable[..., Verdict] = verify_once,
) -> list[Verdict]:
    """Verify each submission in a folder; write submissions.html and submissions.csv.

    Some are looked at side by side, as far as this machine goes. Both files are written anew
    after each submission: whoever stops has what there is so far.

    Args:
        folder: holds the submissions, each a folder or a .zip.
        seeds: how often each behaviour is tried with fresh values.
        say: takes a sentence about each submission, and about the time that is left.
        out: where the two files go; by default, into the folder.
        verify: looks at one submission.

    Raises:
        CannotRead: there is no such folder, or no submission in it.
        OSError: the files can't be written.
    """
    paths = submissions_in(folder)
    place = out or folder
    place.mkdir(parents=True, exist_ok=True)
    workers = at_once(len(paths))
    say(f"{len(paths)} to look at, {workers} at a time.")
    found: dict[Path, Verdict] = {}
    start, fresh = time.monotonic(), 0
    for path, verdict in _side_by_side(paths, workers, seeds, verify):
        found[path] = verdict
        fresh += not verdict.kept
        left = len(paths) - len(found)
        spent = time.monotonic() - start
        say(_progress(verdict, len(found), len(paths), spent / fresh * left if fresh else 0.0))
        rows = with_copies([found[path] for path in paths if path in found])
        (place / "submissions.html").write_text(page_of(rows), encoding="utf-8")
        (place / "submissions.csv").write_text(csv_of(rows), encoding="utf-8", newline="")
    return with_copies([found[path] for path in paths])


def _side_by_side(
    paths: Sequence[Path], workers: int, seeds: int, verify: Callable[..., Verdict]
) -> Iterator[tuple[Path, Verdict]]:
    """Yield each submission with its verdict, as they come; leaving ends what still runs."""
    stop = threading.Event()

    def look(path: Path) -> Verdict:
        def alone() -> Verdict:
            return verify(path, seeds=seeds, say=lambda words: None, stop=stop)

        return row(plain(path.name, NAME), alone)

    with ThreadPoolExecutor(workers) as pool:
        started = {pool.submit(look, path): path for path in paths}
        try:
            for one in as_completed(started):
                yield started[one], one.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _progress(verdict: Verdict, done: int, all: int, seconds: float) -> str:
    """Return the line on one submission, with the time that is left."""
    came = "passed" if verdict.passed else f"failed: {plain(' '.join(verdict.reasons), 200)}"
    kept = f" (kept from {verdict.kept})" if verdict.kept else ""
    if done == all:
        left = ""
    elif seconds < 90:
        left = f"; about {max(5, 5 * round(seconds / 5))} s left" if seconds else ""
    else:
        left = f"; about {round(seconds / 60)} min left"
    return f"{done} of {all}{left}: {verdict.name}: {came}{kept}"


def with_copies(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts that name the others with the same agent.py, or one built as it."""
    found = list(verdicts)
    by: dict[str, list[Verdict]] = defaultdict(list)
    for one in found:
        for mark in {one.agent, one.shape} - {""}:
            by[mark].append(one)
    return [replace(one, copies=tuple(_copies(one, by))) for one in found]


def _copies(one: Verdict, by: dict[str, list[Verdict]]) -> Iterator[str]:
    same = [other for other in by.get(one.agent, ()) if other is not one]
    alike = [
        other for other in by.get(one.shape, ()) if other is not one and other.agent != one.agent
    ]
    if same:
        yield f"Its agent.py is the very same as in {_names(same)}."
    if alike:
        yield (
            f"Its agent.py is built as in {_names(alike)}: only names, texts or comments differ."
        )


def _names(verdicts: Sequence[Verdict]) -> str:
    more = f" and {len(verdicts) - 5} more" if len(verdicts) > 5 else ""
    return ", ".join(one.name for one in verdicts[:5]) + more


def csv_of(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as CSV; no cell of it is a formula, whatever a submission is called."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "verdict", "own_parts", *TITLES, "reasons", "notes"])
    for one in verdicts:
        made = {check.id: check.word for check in one.checks}
        cells = [one.name, "passed" if one.passed else "failed", one.own]
        cells += [made.get(id, "not tried") for id in TITLES]
        cells += [" ".join(one.reasons), " ".join(one.notes)]
        writer.writerow(map(_harmless, cells))
    return text.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    plain = "".join(c if c.isprintable() else " " for c in cell)
    return f"'{plain}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else plain


def page_of(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as a page: no script, nothing from elsewhere."""
    good = sum(one.passed for one in verdicts)
    titles = ["submission", "verdict", *TITLES.values()]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Submissions: {good} of {len(verdicts)} passed</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        '<main class="wide">\n<h1>Submissions</h1>\n'
        f"<p>{good} of {len(verdicts)} passed. Each was run here, with values of its own. ✓ was "
        "checked; ○ is its author's word, which nothing here could check.</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Submissions">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>"
        f"\n<tbody>\n{''.join(map(_row, verdicts))}</tbody>\n</table>\n</div>\n"
        f"<p>{escape(NOT_SEEN)}</p>\n"
        f"<h2>Reasons</h2>\n{''.join(map(_reasons, verdicts))}</main>\n</body>\n</html>\n"
    )


def _row(one: Verdict) -> str:
    made = {check.id: check for check in one.checks}
    cells = "".join(_cell(made.get(id), one.own if id == "own" else "") for id in TITLES)
    verdict = "passed" if one.passed else "failed"
    sign = "✓ passed" if one.passed else "✕ failed"
    head = f'<th scope="row">{escape(one.name)}</th><td class="{verdict}">{sign}</td>'
    return f"<tr>{head}{cells}</tr>\n"


def _cell(check: Check | None, words: str) -> str:
    if check is None:
        return '<td><span role="img" aria-label="not tried">–</span></td>'
    mark = f'<span role="img" aria-label="{check.word}">{check.sign}</span>'
    return f'<td class="{check.word}">{mark} {escape(words)}</td>'


def _reasons(one: Verdict) -> str:
    sign, word = ("✓", "passed") if one.passed else ("✕", "failed")
    rows = ""
    for check in sorted(
        one.checks, key=lambda check: ("failed", "told", "passed").index(check.word)
    ):
        rows += f"<dt>{check.sign} {escape(check.title)}</dt><dd>{escape(check.why)}</dd>\n"
    for words in one.notes:
        rows += f"<dt>note</dt><dd>{escape(words)}</dd>\n"
    is_open = not one.passed or bool(one.copies)
    return (
        f'<details class="{word}"{" open" if is_open else ""}>\n<summary>'
        f'<span class="mark" role="img" aria-label="{word}">{sign}</span> '
        f'<b>{escape(one.name)}</b></summary>\n<dl class="words">\n{rows}</dl>\n</details>\n'
    )
