"""The programs that tests need and that pip can't bring."""

import os
import shutil
import sys

__all__ = ["find_browser", "find_firefox", "has_hub", "missing_programs"]

# The first two are browsers without windows: they need a third of the processor time.
NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    *(
        rf"{os.environ.get(folder, '')}\{program}"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        for program in (
            r"Google\Chrome\Application\chrome.exe",
            r"Chromium\Application\chrome.exe",
            r"Microsoft\Edge\Application\msedge.exe",
        )
    ),
)

FIREFOX = ("firefox-esr", "firefox")
FIREFOX_PLACES = (
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    *(
        rf"{os.environ.get(folder, '')}\Mozilla Firefox\firefox.exe"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)")
    ),
)


def find_browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None) or next(
        filter(os.path.exists, PLACES), None
    )


def find_firefox() -> str | None:
    """Return the path of a Firefox, or None."""
    return next(filter(None, map(shutil.which, FIREFOX)), None) or next(
        filter(os.path.exists, FIREFOX_PLACES), None
    )


def has_hub() -> bool:
    """Say whether a JupyterHub can be started here, with its proxy and its users' servers."""
    return all(
        map(shutil.which, ("jupyterhub", "configurable-http-proxy", "jupyterhub-singleuser"))
    )


def missing_programs() -> dict[str, str]:
    """Return what this machine lacks, each with the command that brings it."""
    missing = {}
    if find_browser() is None:
        missing["a browser"] = (
            "install Chromium or Chrome; Debian: sudo apt install chromium-headless-shell"
        )
    if find_firefox() is None:
        missing["Firefox"] = "Debian: sudo apt install firefox-esr"
    if not shutil.which("node") or not shutil.which("npm"):
        missing["Node.js with npm"] = "Debian: sudo apt install nodejs npm"
    if not has_hub():
        missing["a JupyterHub"] = (
            "pip install -r deploy/hub-packages.txt; npm install -g configurable-http-proxy"
        )
    if sys.platform == "linux" and not shutil.which("bwrap"):
        missing["bubblewrap"] = "Debian: sudo apt install bubblewrap"
    return missing
