"""The conformance report: conformance.json for programs, report.html for people.

The page is made from the JSON alone, so whoever has one can tell whether the other fits.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import suite_version

__all__ = ["NoReport", "claims", "dump_report", "page", "results_in"]

STYLE = Path(__file__).with_name("report.css")
MOST_RESULTS = 20_000
LONGEST = 2_000  # characters of one value


class NoReport(ValueError):
    """What should be a conformance report is none; the message says why."""


def claims(results: Iterable[Result], agent: bytes) -> dict[str, Any]:
    """Return what some results say about an agent.

    Args:
        results: what came of each case with each seed.
        agent: the file that was tried.
    """
    found = sorted(results, key=lambda result: (result.seed, result.case))
    return {
        "version": 1,
        "suite": suite_version(),
        "agent": hashlib.sha256(agent).hexdigest(),
        "seeds": sorted({result.seed for result in found}),
        "results": [result.to_json() for result in found],
    }


def dump_report(given: Mapping[str, Any]) -> str:
    """Return the text of conformance.json."""
    return json.dumps(given, indent=1, ensure_ascii=False) + "\n"


def results_in(given: Any) -> list[Result]:
    """Return the results in what conformance.json holds.

    Raises:
        NoReport: they are no results.
    """
    if not isinstance(given, dict) or not isinstance(given.get("results"), list):
        raise NoReport("conformance.json is no report of the suite: it lists no results.")
    try:
        if given["version"] != 1:
            raise NoReport(f"conformance.json has version {given['version']!r:.40}.")
        found = [Result(**one) for one in given["results"][:MOST_RESULTS]]
        str(given["suite"]), str(given["agent"])
        if not found:
            raise NoReport("conformance.json holds no results.")
        if sorted({one.seed for one in found}) != given["seeds"]:
            raise NoReport("conformance.json names other seeds than its results have.")
    except (KeyError, TypeError) as error:
        raise NoReport(f"conformance.json is no report of the suite ({error!s:.80}).") from None
    for one in found:
        words = (one.case, one.title, one.why, one.sent, one.seen, one.expected)
        right = all(isinstance(word, str) and len(word) <= LONGEST for word in words)
        if not right or type(one.seed) is not int or type(one.passed) is not bool:
            raise NoReport("conformance.json holds a result of another form.")
    return found


def page(given: Mapping[str, Any]) -> str:
    """Return the report as a page: no script, nothing from elsewhere.

    Raises:
        NoReport: these are no results.
    """
    found = sorted(results_in(given), key=lambda result: (result.case, result.seed))
    groups = [list(group) for _, group in groupby(found, key=lambda result: result.case)]
    # What failed comes first: it is what a reader has come for.
    groups.sort(key=lambda group: all(result.passed for result in group))
    good = sum(all(result.passed for result in group) for group in groups)
    word = "passed" if good == len(groups) else "failed"
    seeds = len(given["seeds"])
    how_often = "once" if seeds == 1 else f"{seeds} times, each with other values"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Conformance: {good} of {len(groups)} behaviours</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n"
        "<h1>What this agent does</h1>\n"
        f'<p class="verdict {word}">{_mark(word == "passed")} '
        f"{good} of {len(groups)} behaviours</p>\n"
        f"<p>Each was tried {how_often}, on the agent as a process, over real sockets. "
        "Names, values, chunks and faults were drawn at random.</p>\n"
        f"{''.join(map(_case, groups))}"
        "<footer>\n<p>A report is a claim. Look for yourself, with values that nobody knew: "
        "<code>python3 course.py verify</code> and the folder that this page is in.</p>\n"
        f"<dl>\n{_fact('agent.py, SHA-256', str(given['agent']))}"
        f"{_fact('suite', str(given['suite']))}"
        f"{_fact('seeds', ', '.join(map(str, given['seeds'][:20])))}"
        "</dl>\n</footer>\n</main>\n</body>\n</html>\n"
    )


def _case(group: list[Result]) -> str:
    """Return what the page says about one behaviour."""
    good = sum(result.passed for result in group)
    first = next((result for result in group if not result.passed), group[0])
    rows = [("sent", first.sent)]
    if not first.passed:
        rows += [("seen", first.seen), ("expected", first.expected)]
    rows.append(("seed", str(first.seed)))
    passed = good == len(group)
    return (
        f'<details class="{"passed" if passed else "failed"}"{"" if passed else " open"}>\n'
        f'<summary>{_mark(passed)} <b>{escape(first.title)}</b> <span class="count">'
        f"{good} of {len(group)}</span></summary>\n"
        f'<p class="why">{escape(first.why)}</p>\n'
        f"<dl>\n{''.join(_fact(name, value) for name, value in rows if value)}</dl>\n</details>\n"
    )


def _mark(passed: bool) -> str:
    word, sign = ("passed", "✓") if passed else ("failed", "✕")
    return f'<span class="mark" role="img" aria-label="{word}">{sign}</span>'


def _fact(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n"
