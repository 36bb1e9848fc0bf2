"""Cells that need a machine: in a tab they say so in one sentence, and raise nothing."""

import re
from typing import Any

__all__ = ["install", "sentence_for"]

# What a cell's source has, and what it needs.
NEEDS = {
    r"^import nh3$": "a package that browsers' Python has not (nh3, which is compiled)",
    r"subprocess\.(Popen|run)\(|\bover_http\(\)": "another process",
    r"^(from flask|from werkzeug)": "sockets and threads: Flask's server",
    r"^from websockets|\bconnect\(": "a socket: the WebSocket client",
    r"\bconnect_tcp\b": "sockets: it counts the connections that are opened",
    r"\btwo_readers\(|\bpress_stop\(|\bstopped\(\)": "a socket",
    r"course\.submit\(|\b(cases_here|measured)\b|\b(tried|attempt|record|scrub|Harness)\(": (
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
