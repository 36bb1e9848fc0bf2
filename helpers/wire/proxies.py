"""The proxies that the shell names, as options of an HTTP client that can be made with them.

httpx reads the variables itself, but gives up at an IPv6 network in NO_PROXY, and at a SOCKS proxy
without another package. So they are read here, for the one host that a client talks to.
"""

from importlib.util import find_spec
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

__all__ = ["LOOPBACK", "UNUSABLE", "network_options"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")

# What httpx raises for a proxy that it can't use.
UNUSABLE = (ImportError, ValueError, httpx.InvalidURL)

# Options of a client that decide by themselves how it reaches the network.
DECIDED = ("mounts", "proxy", "transport", "trust_env")


def network_options(url: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return a client's options with the way to its server.

    Args:
        url: the client's base URL.
        options: those that were chosen for it; they go first.

    Raises:
        ValueError: the environment names a proxy that can't be used. The sentence does not
            repeat it, for it may hold a password.
    """
    if any(name in options for name in DECIDED):
        return options
    server = httpx.URL(url)
    proxy = _proxy_for(server)
    if proxy is None:
        # The client needs nothing more of the environment, but for the certificates.
        return {"trust_env": False, "verify": _verify(server), **options}
    if proxy.startswith("socks") and find_spec("socksio") is None:
        raise ValueError(
            "The environment names a SOCKS proxy (ALL_PROXY, HTTPS_PROXY or HTTP_PROXY), and this "
            "program can use HTTP proxies only: unset the variable, or name one of those."
        )
    try:
        httpx.AsyncHTTPTransport(proxy=proxy, verify=False)
    except UNUSABLE:
        usable = False
    else:
        usable = True
    if not usable:  # not inside `except`: the error there may hold a password
        raise ValueError(
            "The environment names a proxy that is none (ALL_PROXY, HTTPS_PROXY or HTTP_PROXY): "
            "it reads like http://127.0.0.1:3128."
        )
    return {"trust_env": False, "proxy": proxy, "verify": _verify(server), **options}


def _proxy_for(server: httpx.URL) -> str | None:
    """Return the address of the proxy to a server; None if it is reached without one."""
    if server.host in LOOPBACK:
        return None
    known = getproxies()
    proxy = known.get(server.scheme) or known.get("all")
    if not proxy or proxy_bypass(server.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _verify(server: httpx.URL) -> Any:
    """Return how certificates are checked: by those that the environment names, if it does.

    A server without https shows none; to load them for it would take 20 ms.
    """
    return httpx.create_ssl_context(trust_env=True) if server.scheme == "https" else False
