"""What the offline API knows while it runs: its settings, what it can say, what is going on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .errors import invalid
from .faults import Attempts, Break
from .plan import Plan, Request
from .recordings import Exchange
from .script import Scenario
from .settings import Settings, SettingsError
from .threads import Threads

NO_CHANGES: Mapping[str, Any] = {}


@dataclass
class State:
    """Everything that an endpoint may need beside the request.

    settings: how the API behaves, unless a request says otherwise.
    scenarios: what it can say.
    clock: what it waits on.
    recordings: exchanges that are answered as they were.
    threads: the conversations that stay here.
    attempts: how often a client sent a request, for faults that strike a number of times.
    streams: one for each answer that is being sent.
    """

    settings: Settings
    scenarios: Sequence[Scenario]
    clock: Clock
    recordings: Sequence[Exchange] = ()
    threads: Threads = field(default_factory=Threads)
    attempts: Attempts = field(default_factory=Attempts)
    streams: set[Break] = field(default_factory=set)

    def settings_for(self, request: Request, scenario: Mapping[str, Any] = NO_CHANGES) -> Settings:
        """Return the settings with what the request's `mock-settings` header changes in them.

        scenario: what the scenario that answers the request changes before that, as JSON.
        Raises ApiError if the header says something that is not possible.
        """
        base = Settings.from_json(scenario, base=self.settings) if scenario else self.settings
        header = request.headers.get("mock-settings")
        if header is None:
            return base
        try:
            return Settings.from_json(json.loads(header), base=base)
        except SettingsError as error:
            raise invalid(f"In the header mock-settings, {error}") from None
        except (ValueError, RecursionError) as error:
            raise invalid(f"The header mock-settings is not valid JSON: {error}.") from None


Endpoint = Callable[[State, Request], Plan]
