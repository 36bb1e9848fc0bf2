"""A fault that strikes answers which are already being sent."""

from collections.abc import Iterable

from ..pace import SettingsError
from ..plan import ConnectionCut
from .fault import Fault

KINDS = ("reset", "drop", "close", "stall")


class Break:
    """The fate of one answer that is under way.

    late: seconds by which everything from now on is late.
    """

    def __init__(self) -> None:
        self.late = 0.0
        self._end = ""

    def strike(self, fault: Fault) -> None:
        """Let a fault happen to this answer."""
        if fault.kind == "stall":
            assert fault.seconds is not None
            self.late += fault.seconds
        else:
            self._end = fault.kind

    def ends(self) -> bool:
        """Tell whether the answer ends here; raises ConnectionResetError if not cleanly."""
        if self._end == "reset":
            raise ConnectionResetError("The offline API dropped the connection (break: reset).")
        if self._end == "drop":
            raise ConnectionCut("The offline API closed the connection (break: drop).")
        return self._end == "close"


def strike_all(under_way: Iterable[Break], fault: Fault) -> int:
    """Let a fault happen to every answer that is under way; return how many there were.

    Raises SettingsError if it is none that can happen now, whatever is being sent.
    """
    if fault.kind not in KINDS or fault != Fault(fault.kind, seconds=fault.seconds):
        raise SettingsError(
            f"What is under way can be broken by {', '.join(KINDS)}, now and once, "
            f"not by {fault.to_json()!r}."
        )
    struck = list(under_way)
    for answer in struck:
        answer.strike(fault)
    return len(struck)
