"""A seat in a class, as its learner sees it."""

from typing import Any

import httpx
import traitlets

from helpers.classroom.acts import LONGEST_NAME, Chosen, Hand
from helpers.classroom.seat import WHAT_IS_SENT
from helpers.widgets import live
from helpers.widgets.seat.membership import Membership
from helpers.widgets.seat.snapshot import draw, tell
from helpers.widgets.view import View, assets

__all__ = ["SeatView"]


class SeatView(View):
    """Joins a class, shows what it says and what it has, and leaves it.

    Args:
        member: the kernel's seat.
        link: the class's address with its code, if it is known already; without it, that of the
            class that waits, if one does.
        name: the seat's name, if it is known already.
    """

    _esm, _css = assets("seat").values()
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, member: Membership, link: str = "", name: str = "") -> None:
        self._member = member
        self._hand = False
        self._waits = "" if link else member.waiting_link()
        self._link, self._name = link or self._waits, name[:LONGEST_NAME]
        super().__init__(state=self._now())
        member.on_change(self._show)
        self.on_msg(self._receive)

    def snapshot(self) -> str:
        """Return the state of this moment, as SVG."""
        return draw(self._now())

    def text_alternative(self) -> str:
        """Return the state of this moment, in words."""
        return tell(self._now())

    def _now(self) -> dict[str, Any]:
        seat = self._member.seat
        asked = None
        if seat is not None and seat.asked is not None:
            number, ask = seat.asked
            asked = {"number": number, "question": ask.question, "choices": list(ask.choices)}
        return {
            "name": seat.name if seat else "",
            "address": seat.address if seat else "",
            "connected": bool(seat and seat.connected),
            "said": seat.said if seat else "",
            "asked": asked,
            "chosen": seat.chosen if seat else None,
            "hand": self._hand,
            "what": WHAT_IS_SENT,
            "problem": self._member.problem,
            "link": self._link,
            "proposed": self._name,
            "waits": self._waits.partition("#")[0],
        }

    def _show(self) -> None:
        self.state = self._now()

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        seat = self._member.seat
        match message:
            case {"op": "join", "link": str(link), "name": str(name)}:
                self._member.join(link, name)
            case {"op": "leave"}:
                self._hand = False
                self._member.leave()
            case {"op": "hand", "up": bool(up)}:
                self._hand = up
                self._member.tell(Hand(up))
                self._show()
            case {"op": "choose", "question": int(question), "choice": int(choice)}:
                self._member.tell(Chosen(question, choice))
            case {"op": "sent"} if seat is not None:
                live.start(self._show_acts())

    async def _show_acts(self) -> None:
        """Let the page show all that the class has of this seat."""
        seat = self._member.seat
        try:
            sent = [] if seat is None else await seat.fetch_acts()
        except httpx.HTTPError:
            self.send({"op": "sent", "problem": "The class can't be reached now.", "acts": []})
        else:
            self.send({"op": "sent", "problem": "", "acts": sent})
