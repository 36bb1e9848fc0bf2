"""/mock/settings and /mock/break: how a person or a program changes the offline API as it runs."""

from typing import TYPE_CHECKING

from . import faults, response, rules
from .chance import fingerprint
from .errors import invalid
from .faults import Fault
from .plan import Plan, Request
from .settings import Settings, SettingsError

if TYPE_CHECKING:
    from .engine import MockAPI


def show_settings(api: "MockAPI", request: Request) -> Plan:
    """Return the settings that hold for every answer."""
    data = api.settings.to_json()
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))


def show_status(api: "MockAPI", request: Request) -> Plan:
    """Say how many answers are under way."""
    data = {"under_way": len(api.streams)}
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))


def change_settings(api: "MockAPI", request: Request) -> Plan:
    """Make what the body says the settings of every answer from now on; return them.

    Faults that strike a number of times start counting anew.

    Raises ApiError if they are not possible; nothing has changed then.
    """
    try:
        api.settings = Settings.from_json(rules.parse(request.body))
    except SettingsError as error:
        raise invalid(str(error)) from None
    api.attempts.forget()
    return show_settings(api, request)


def break_streams(api: "MockAPI", request: Request) -> Plan:
    """Break every answer that is under way, and say how many there were.

    The body says how: {"kind": "reset"} (so too without a body), "drop", "close" or "stall".

    Raises ApiError if it says something else; nothing has happened then.
    """
    try:
        fault = Fault.from_json(rules.parse(request.body)) if request.body else Fault("reset")
        struck = faults.strike_all(api.streams, fault)
    except SettingsError as error:
        raise invalid(str(error)) from None
    data = {"struck": struck}
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))
