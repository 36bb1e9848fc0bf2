"""The map: the way through the notebooks, and what has been built on it."""

from collections.abc import Collection
from html import escape
from typing import NamedTuple

__all__ = ["NOTEBOOKS", "Map", "Notebook"]


class Notebook(NamedTuple):
    """One notebook on the way.

    Attributes:
        name: its file, without its ending.
        title: what its first line says.
        turns: which arrow of the pipeline it builds.
        part: the id of its part; "" if it builds none.
        minutes: how long it takes most people.
        exercises: the ids of its exercises, where it builds no part.
    """

    name: str
    title: str
    turns: str
    part: str
    minutes: int
    exercises: tuple[str, ...] = ()


NOTEBOOKS = (
    Notebook("00_start_here", "Start here", "your machine, and a first exercise", "hello", 10),
    Notebook(
        "01_sse_by_hand", "Server-sent events, by hand", "bytes ─▶ ServerSentEvent", "sse", 35
    ),
    Notebook(
        "02_text_streaming", "Text, as it arrives", "ServerSentEvent ─▶ event ─▶ text", "text", 35
    ),
    Notebook(
        "03_tool_json", "Tools, in pieces of JSON", "event ─▶ message, ToolCall", "message", 45
    ),
    Notebook(
        "04_mid_stream_tools", "Tools in mid-stream", "ToolCall ─▶ tool_result", "dispatch", 50
    ),
    Notebook("05_agent_loop", "Turn after turn", "tool_result ─▶ the next turn", "loop", 45),
    Notebook("06_edge_cases", "What breaks in production", "a cut turn ─▶ history", "recovery", 45),
    Notebook(
        "07_retries_and_timeouts",
        "Retries and timeouts",
        "failure ─▶ seconds to wait, or none",
        "retry",
        45,
    ),
    Notebook(
        "08_production_ui",
        "A face that keeps up",
        "AgentEvents ─▶ what a person sees",
        "",
        45,
        ("coalesce", "dangerous", "sentences", "bill"),
    ),
    Notebook(
        "09_thinking_and_structured_output",
        "Thinking and structured output",
        "text ─▶ thinking, fields of a form",
        "",
        40,
        ("sealed", "tags", "commit", "outcome"),
    ),
    Notebook(
        "10_sdk_and_openai",
        "With an SDK, and with OpenAI",
        "the same task, three ways",
        "",
        40,
        ("does_it_raise", "chat_calls", "read_the_wire"),
    ),
    Notebook(
        "11_web_ui",
        "A page for your agent",
        "AgentEvents ─▶ a web page",
        "",
        45,
        ("sse_bytes", "replay_from", "on_time", "while_read"),
    ),
    Notebook("12_submit_your_build", "Submit your build", "parts ─▶ agent.py", "main", 60),
)


class Map:
    """The way through the notebooks; shows itself in a notebook and in a terminal.

    Args:
        passed: ids of the parts that the learner has built.
    """

    def __init__(self, passed: Collection[str]) -> None:
        self._passed = passed

    def _state(self, notebook: Notebook) -> str:
        if notebook.part:
            return "✓ built" if notebook.part in self._passed else "not yet"
        done = sum(exercise in self._passed for exercise in notebook.exercises)
        count = len(notebook.exercises)
        return "✓ done" if done == count else f"{done} of {count}" if done else "not yet"

    def __repr__(self) -> str:
        rows = [("notebook", "minutes", "what it turns into what", "part", "yours")]
        rows += [(n.name, str(n.minutes), n.turns, _part(n), self._state(n)) for n in NOTEBOOKS]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align: left"><a href="{n.name}.ipynb">{n.name[:2]} · '
            f"{escape(n.title)}</a></td><td>{n.minutes} min</td>"
            f'<td style="text-align: left">{escape(n.turns)}</td>'
            f'<td style="text-align: left">{f"<code>{n.part}</code>" if n.part else _part(n)}</td>'
            f'<td style="text-align: left">{self._state(n)}</td></tr>'
            for n in NOTEBOOKS
        )
        heads = "".join(
            f'<th scope="col" style="text-align: left">{head}</th>'
            for head in ("Notebook", "Takes", "What it turns into what", "Part", "Yours")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _part(notebook: Notebook) -> str:
    return notebook.part or f"{len(notebook.exercises)} exercises"
