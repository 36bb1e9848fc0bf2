"""Packages that are fetched when a cell needs them, and not before the first cell runs.

The kernel itself fetches what a cell imports. This adds what the course imports on its behalf,
and what a `%%build` cell imports, which the kernel can't read for its first line.
"""

import re
from typing import Any

__all__ = ["find_packages", "install"]

# What the course imports where a cell's source has this.
NEEDS = {
    r"course\.(blocking_)?sdk\b": ("anthropic",),
    r"course\.openai_sdk\b": ("openai",),
    r"course\.three_ways\b": ("anthropic", "openai"),
    r"helpers\.telemetry": ("opentelemetry-sdk",),
    r"course\.(serve|page)\b|helpers\.web": ("fastapi", "starlette", "uvicorn", "websockets"),
    r"helpers\.submission|course\.(submit|bundle)\b": ("pyte", "starlette"),
    r"^%%build ask_": ("anthropic", "openai"),
}
MARK = "of_the_course"


def find_packages(source: str) -> list[str]:
    """Return the packages that the course imports when a cell runs."""
    found = {name for sign, names in NEEDS.items() if re.search(sign, source) for name in names}
    return sorted(found)


def install() -> None:
    """Let the kernel fetch them before it runs a cell; once is enough."""
    import pyodide_js  # type: ignore[import-not-found, unused-ignore]
    from pyodide_kernel import kernel  # type: ignore[import-not-found, unused-ignore]

    fetch: Any = kernel._load_packages_from_imports
    if hasattr(fetch, MARK):
        return

    async def fetch_all(source: str) -> None:
        await fetch(re.sub(r"^%%.*", "", source))
        if names := find_packages(source):
            await pyodide_js.loadPackage(names)

    setattr(fetch_all, MARK, True)
    kernel._load_packages_from_imports = fetch_all
