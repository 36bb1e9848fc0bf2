"""/mock/settings and /mock/break: how a person or a program changes the offline API as it runs."""

from . import faults, response, rules
from .chance import fingerprint
from .errors import invalid
from .faults import Fault
from .plan import Plan, Request
from .settings import Settings, SettingsError
from .state import State


def show_settings(state: State, request: Request) -> Plan:
    """Return the settings that hold for every answer."""
    data = state.settings.to_json()
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))


def show_status(state: State, request: Request) -> Plan:
    """Say how many answers are under way."""
    data = {"under_way": len(state.streams)}
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))


def change_settings(state: State, request: Request) -> Plan:
    """Make what the body says the settings of every answer from now on; return them.

    Faults that strike a number of times start counting anew.

    Raises ApiError if they are not possible; nothing has changed then.
    """
    try:
        state.settings = Settings.from_json(rules.parse(request.body))
    except SettingsError as error:
        raise invalid(str(error)) from None
    state.attempts.forget()
    return show_settings(state, request)


def break_streams(state: State, request: Request) -> Plan:
    """Break every answer that is under way, and say how many there were.

    The body says how: {"kind": "reset"} (so too without a body), "drop", "close" or "stall".

    Raises ApiError if it says something else; nothing has happened then.
    """
    try:
        fault = Fault.from_json(rules.parse(request.body)) if request.body else Fault("reset")
        struck = faults.strike_all(state.streams, fault)
    except SettingsError as error:
        raise invalid(str(error)) from None
    data = {"struck": struck}
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))
