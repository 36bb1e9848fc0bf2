"""Cells that need a machine: in a tab they say so in one sentence, and raise nothing."""

import re
from typing import Any

__all__ = ["install", "sentence_for"]

# What a cell's source has, and what it needs. Cells of a learner's own may use the same names, so
# a sign has more of a notebook's line than a name, unless nothing else is called like that.
NEEDS = {
    r"^import nh3$": "a package that browsers' Python has not (nh3, which is compiled)",
    r"\bsubprocess\.(Popen|run)\(|\bover_http\(\)": "another process",
    r"^(from flask|from werkzeug)": "sockets and threads: Flask's server",
    r"^from websockets|\bconnect\(address, proxy=": "a socket: the WebSocket client",
    r"\bconnect_tcp\b": "sockets: it counts the connections that are opened",
    r"\bcourse\.submit\(|\bcases_here\b|^from helpers.submission import measured\b"
    r"|\bawait attempt\(|\bHarness\(ready\.file|\brecord\(ready\.file|\bscrub\(bad,": (
        "other processes: the suite and the recording"
    ),
}


def sentence_for(source: str) -> str:
    """Return what a cell says in a tab in place of running; empty if it runs."""
    for sign, needs in NEEDS.items():
        if re.search(sign, source, re.MULTILINE):
            return (
                f"This cell needs {needs}. A browser's tab has none: on a machine "
                "(python3 course.py lab) it runs, and gives what the page to read shows."
            )
    return ""


def install(shell: Any) -> None:
    """Let a notebook's cells be looked at before they run."""
    marks = [getattr(one, "__name__", "") for one in shell.input_transformers_cleanup]
    if _on_a_machine.__name__ not in marks:
        shell.input_transformers_cleanup.append(_on_a_machine)


def _on_a_machine(lines: list[str]) -> list[str]:
    if lines and lines[0].startswith("%%"):
        return lines
    sentence = sentence_for("".join(lines))
    return [f"print({sentence!r})\n"] if sentence else lines
