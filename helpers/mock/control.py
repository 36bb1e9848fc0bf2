"""/mock/settings: how a person or a program changes the offline API while it runs."""

from typing import TYPE_CHECKING

from . import response, rules
from .chance import fingerprint
from .errors import invalid
from .plan import Plan, Request
from .settings import Settings, SettingsError

if TYPE_CHECKING:
    from .engine import MockAPI


def show_settings(api: "MockAPI", request: Request) -> Plan:
    """Return the settings that hold for every answer."""
    data = api.settings.to_json()
    return response.json_plan(200, data, response.request_id(fingerprint(data, 0)))


def change_settings(api: "MockAPI", request: Request) -> Plan:
    """Make what the body says the settings of every answer from now on; return them.

    Raises ApiError if they are not possible; nothing has changed then.
    """
    try:
        api.settings = Settings.from_json(rules.parse(request.body))
    except SettingsError as error:
        raise invalid(str(error)) from None
    return show_settings(api, request)
