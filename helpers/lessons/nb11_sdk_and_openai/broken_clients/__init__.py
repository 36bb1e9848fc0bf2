"""Five clients, each broken in one way, and what the tap has recorded of them.

Each module has `SETTINGS`, how the offline API behaves meanwhile, and `run(http)`, which
is the whole client. A.jsonl to E.jsonl are true recordings of theirs, made by

    python -m helpers.lessons.nb11_sdk_and_openai.broken_clients

Whoever does notebook 11 should look at these files afterwards: they are the solution.
"""

from pathlib import Path

__all__ = ["CLIENTS", "recording"]

# The recording's letter -> the module that it is of. The names say what is wrong.
CLIENTS = {
    "A": "runs_a_cut_call",
    "B": "never_asks_for_a_stream",
    "C": "strips_each_piece",
    "D": "leaves_at_the_first_stop",
    "E": "takes_the_input_too_early",
}


def recording(letter: str) -> Path:
    """Return where the recording with this letter is."""
    return Path(__file__).with_name(f"{letter}.jsonl")
