"""What the switch changes and everything else reads: where requests go, and at what price.

The course opens in mock mode: no key, no network beyond this machine. COURSE_MODE and
COURSE_BASE_URL choose another mode without a mouse, COURSE_PROVIDER another API to speak, and
keys are read from ANTHROPIC_API_KEY and OPENAI_API_KEY; a key is held in memory and nowhere
else, and goes to no other company than its own. COURSE_MODE=mock with a base URL means an
offline API that a whole class shares.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

import httpx

from helpers.browser import IN_BROWSER
from helpers.client import OpenStream
from helpers.mock.settings import RUN_HEADER, Settings
from helpers.providers.models import (
    AS_OF,
    DEFAULT_LIVE_MODEL,
    DEFAULT_OPENAI_MODEL,
    MODELS,
    OFFLINE_MODEL,
    Model,
)
from helpers.providers.openai import PROVIDERS
from helpers.session.metering import Ledger, MeteredClient, worst_case
from helpers.wire.keys import clean_headers, clean_key, keep_out_of_logs
from helpers.wire.proxies import LOOPBACK, network_options

if TYPE_CHECKING:
    from helpers.mock.server import MockServer
    from helpers.session.inside import InsideServer

__all__ = ["ANTHROPIC_URL", "API_VERSION", "MODES", "OPENAI_URL", "Mode", "Session"]

Mode = Literal["mock", "anthropic", "openai", "custom"]
MODES: tuple[Mode, ...] = get_args(Mode)

ANTHROPIC_URL = "https://api.anthropic.com"
OPENAI_URL = "https://api.openai.com"
API_VERSION = "2026-10-21"

# Who made an API: the first word of a provider's name, and the variable with their key.
KEY_VARIABLES = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}

# The mock takes any key but none at all, as the real API's first check does.
MOCK_KEY = "mock-key"


class Session:
    """One learner's choice of mode, model, pace and fault, and what it has cost.

    Attributes:
        mode: "mock", "anthropic", "openai" or "custom" (another base URL).
        provider: the API that is spoken, a name in PROVIDERS.
        model: the model's id on the wire.
        mock: pace, fault and chunking of the offline API.
        ledger: the spending and its cap, in live modes.
        problem: why the environment's wish for a mode was not followed, or "".
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.mode: Mode = "mock"
        self.provider = "anthropic"
        self.model = OFFLINE_MODEL
        self.mock = Settings()
        self.ledger = Ledger(settled=self._notify)
        self.problem = ""
        self._environment = environment
        self._base_url = ""
        self._keys: dict[str, str] = {}  # typed in, by maker
        self._shared = ""  # the address of a class's offline API, if there is one
        self._server: MockServer | InsideServer | None = None
        self._starting = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        wish = environment.get("COURSE_MODE") or (
            "custom" if environment.get("COURSE_BASE_URL") else "mock"
        )
        url = environment.get("COURSE_BASE_URL", "")
        try:
            if wish == "mock" and url:
                self._shared = _check_url(url, sends_key=False)
            self.use(wish, base_url=url, provider=environment.get("COURSE_PROVIDER", ""))
        except ValueError as error:
            self.problem = f"{error} The course stays in mock mode."

    # What is chosen

    @property
    def base_url(self) -> str:
        """Where requests go; in mock mode this waits until the mock listens."""
        return self.mock_url if self.mode == "mock" else self._base_url

    @property
    def mock_url(self) -> str:
        """Where the offline API listens, in every mode; started on first use."""
        return self._shared or self._start_server().base_url

    @property
    def has_key(self) -> bool:
        """Whether a key is at hand for live requests to this provider."""
        return bool(self._key(self.provider))

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key for this provider."""
        return KEY_VARIABLES[self.provider.partition("-")[0]]

    @property
    def providers_with_key(self) -> list[str]:
        """The providers for which a key is at hand."""
        return [provider for provider in PROVIDERS if self._key(provider)]

    @property
    def counts_cost(self) -> bool:
        """Whether the course knows what a live request costs, and holds the cap."""
        return self.provider == "anthropic" and self.model in MODELS

    @property
    def spent(self) -> float:
        """US dollars spent in live modes since the kernel started."""
        return self.ledger.spent

    @property
    def cap(self) -> float:
        """US dollars at which live requests stop."""
        return self.ledger.cap

    def models(self) -> list[Model]:
        """Return the models to choose from in this mode; none where any id goes."""
        if self.provider != "anthropic":
            return [MODELS[OFFLINE_MODEL]] if self.mode == "mock" else []
        offline = self.mode == "mock"
        return [model for model in MODELS.values() if offline or model.id != OFFLINE_MODEL]

    # Choosing

    def use(self, mode: str, *, base_url: str = "", key: str = "", provider: str = "") -> None:
        """Switch the whole course to a mode.

        Args:
            mode: one of MODES.
            base_url: where a compatible API listens, for "custom".
            key: an API key; without one, that of the environment is taken.
            provider: the API that is spoken there, one of PROVIDERS; by default OpenAI's
                newer one for "openai", and the Messages API elsewhere.

        Raises:
            ValueError: one sentence on what is missing; nothing has changed.
        """
        provider = provider or ("openai-responses" if mode == "openai" else "anthropic")
        maker = provider.partition("-")[0]
        if provider not in PROVIDERS or (mode in KEY_VARIABLES and mode != maker):
            fitting = [name for name in PROVIDERS if mode not in KEY_VARIABLES or mode in name]
            raise ValueError(
                f"There is no provider {provider!r} in the mode {mode!r}: choose one of "
                f"{', '.join(fitting)} (COURSE_PROVIDER, or the switch)."
            )
        key = clean_key(key, "The key")
        if mode != "mock" and not key:
            self._clean_key(maker)  # refuses one of the environment that can't be sent
        has_key = bool(key or self._key(provider))
        match mode:
            case "mock":
                url = ""
            case "anthropic" | "openai":
                url = ANTHROPIC_URL if mode == "anthropic" else OPENAI_URL
                if not has_key:
                    raise ValueError(
                        f"Live mode needs a key: set {KEY_VARIABLES[maker]} before you start the "
                        "course, or type it into the switch."
                    )
            case "custom":
                url = _check_url(base_url, sends_key=has_key)
            case _:
                raise ValueError(
                    f"There is no mode {mode!r}: choose one of {', '.join(MODES)} "
                    "(COURSE_MODE, or the switch)."
                )
        if key:
            self._keys[maker] = key
        self.mode, self.provider, self._base_url = mode, provider, url
        if mode == "mock":
            self.model = OFFLINE_MODEL
        elif maker == "openai" and self.model in MODELS:
            self.model = DEFAULT_OPENAI_MODEL
        elif self.model == OFFLINE_MODEL or (mode == "anthropic" and self.model not in MODELS):
            self.model = DEFAULT_LIVE_MODEL
        self._notify()

    def use_model(self, model: str) -> None:
        """Choose a model by its id; at OpenAI and with a custom base URL, any id goes.

        Raises:
            ValueError: this mode has no such model.
        """
        known = [entry.id for entry in self.models()]
        any_goes = self.mode in ("openai", "custom")
        if not model or (not any_goes and model not in known):
            choice = f"choose one of {', '.join(known)}" if known else "type its id"
            raise ValueError(f"No model {model!r} here: {choice}.")
        self.model = model
        self._notify()

    def use_mock(self, settings: Settings) -> None:
        """Give the offline API another pace, fault or chunking, for this learner alone."""
        if self._server is not None:
            self._server.configure(settings)
        self.mock = settings
        self._notify()

    def break_streams(self) -> int:
        """Cut every answer of the offline API that is under way; return how many there were."""
        return 0 if self._server is None else self._server.break_streams()

    def close(self) -> None:
        """Stop the offline API, if it runs; the next request starts another one."""
        with self._starting:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def set_cap(self, dollars: float) -> None:
        """Set the spending cap for live requests, in US dollars.

        Raises:
            ValueError: the cap is no amount.
        """
        if not 0 <= dollars < 1000:
            raise ValueError("The spending cap is an amount from 0 up to 1,000 US dollars.")
        self.ledger.cap = dollars
        self._notify()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call a function after each change."""
        self._listeners.append(callback)

    def _notify(self) -> None:
        for callback in self._listeners:
            callback()

    def describe(self) -> str:
        """Return the mode, and what a request costs in it, in a line or two."""
        if self.mode == "mock":
            where = "mock mode: requests go to this machine, need no key and cost nothing."
            if self.provider != "anthropic":
                where += f" They speak {self.provider}."
        else:
            where = f"live: requests go to {self._base_url} and cost money. {self.model}: "
            if self.counts_cost:
                model = MODELS[self.model]
                where += (
                    f"${model.input:.2f} in, ${model.output:.2f} out per million tokens "
                    f"(as of {AS_OF}); they stop at ${self.cap:.2f}."
                )
            else:
                where += "price unknown, so nothing is counted and no cap stops them."
        return f"{self.problem}\n{where}".strip()

    # Using

    @property
    def open_stream(self) -> OpenStream:
        """What sends a Messages request to this provider and gives Messages events."""
        return PROVIDERS[self.provider]

    def _key(self, provider: str) -> str:
        """Return the key for a provider: what was typed in, or that of the environment."""
        try:
            return self._clean_key(provider.partition("-")[0])
        except ValueError:  # `use` has said why
            return ""

    def _clean_key(self, maker: str) -> str:
        """Return the key for a company's API, or "".

        Raises:
            ValueError: that of the environment can't be sent.
        """
        variable = KEY_VARIABLES[maker]
        given = self._environment.get(variable, "")
        return self._keys.get(maker) or clean_key(given, variable)

    def _start_server(self) -> "MockServer | InsideServer":
        with self._starting:
            if self._server is None and IN_BROWSER:
                from helpers.session.inside import InsideServer

                self._server = InsideServer(self.mock)
            elif self._server is None:
                from helpers.mock.server import start_server

                self._server = start_server(self.mock)
            return self._server

    def http(self, **options: Any) -> httpx.AsyncClient:
        """Return an HTTP client whose base URL and headers are set for this mode.

        Args:
            options: anything that httpx.AsyncClient takes.

        Raises:
            ValueError: a header can't be sent, or a proxy can't be used; the sentence repeats
                neither.
        """
        key = MOCK_KEY if self.mode == "mock" else self._key(self.provider)
        headers = {
            # A Bearer token, because httpx never shows that header's value.
            **({"authorization": f"Bearer {key}"} if key else {}),
            **({"anthropic-version": API_VERSION} if self.provider == "anthropic" else {}),
            # Bytes as they are: compression would hide what the notebooks look at.
            "accept-encoding": "identity",
            **({RUN_HEADER: token_hex(8)} if self.mode == "mock" else {}),
            **clean_headers(options.pop("headers", {})),
        }
        options.setdefault("timeout", httpx.Timeout(60, connect=5))
        if self.mode != "mock":
            options = network_options(self._base_url, options)
            keep_out_of_logs(httpx.Headers(headers))
            return MeteredClient(self.ledger, base_url=self._base_url, headers=headers, **options)
        # On loopback there is no proxy to ask, and no certificate: loading them all for a
        # client that checks none takes 20 ms.
        options = {"trust_env": False, "verify": False, **options}
        if self._shared and self.mock != Settings():
            # A class's server has settings of its own; these are one learner's.
            headers = {"mock-settings": json.dumps(self.mock.to_json()), **headers}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, **options)

    def estimate(self, request: Mapping[str, Any]) -> float | None:
        """Return the most that a request can cost, in US dollars; None if unknown."""
        return worst_case(dict(request)) if self.provider == "anthropic" else None


def _check_url(url: str, *, sends_key: bool) -> str:
    """Return a base URL that requests may go to.

    Raises:
        ValueError: it is none, or would send a key in the clear. The sentence repeats nothing:
            a key may have been given in the wrong place.
    """
    url = url.strip()
    try:
        address, port = httpx.URL(url), urlsplit(url).port
    except (httpx.InvalidURL, ValueError):
        address, port = httpx.URL(""), None
    if address.scheme not in ("http", "https") or not address.host or port == 0:
        raise ValueError(
            f"{'The address' if url else repr(url)} is no base URL: it reads like "
            "http://127.0.0.1:8000 (COURSE_BASE_URL, or the switch)."
        )
    if address.userinfo or address.query or address.fragment:
        raise ValueError(
            "The base URL has no place for a password, a key or a query: the key belongs in its "
            "variable, or in the field of the switch."
        )
    if address.scheme == "http" and sends_key and address.host not in LOOPBACK:
        raise ValueError(
            f"http://{address.host} would carry your key unencrypted: use https, or a server on "
            "this machine."
        )
    # OpenAI's clients want the address with the version, which our paths have already.
    return url.rstrip("/").removesuffix("/v1")
