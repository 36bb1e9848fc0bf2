"""The pages' one style sheet: the tokens of the course's pages, its views' styles, the site's own.

Each colour stands in one place of the course; here the files are only put together.
"""

import re
from pathlib import Path

__all__ = ["style"]

HELPERS = Path(__file__).parents[2]
OWN = Path(__file__).with_name("static") / "site.css"
TOKENS = HELPERS / "web" / "pages" / "look.css"
VIEWS = (
    HELPERS / "widgets" / "look.css",
    HELPERS / "widgets" / "full.css",
    HELPERS / "widgets" / "wire" / "wire.css",
    HELPERS / "lessons" / "checking" / "diagnosis.css",
)
ROOT = re.compile(r"^:root \{.*?^\}\n", re.DOTALL | re.MULTILINE)
# JupyterLab says on the page whether it is dark; a page of the site asks the system.
DARK = re.compile(r'^\[data-jp-theme-light="false"\] ([^{]*\{[^}]*\})', re.MULTILINE)


def style() -> str:
    """Return the style sheet."""
    tokens = ROOT.search(TOKENS.read_text("utf-8"))
    assert tokens is not None
    views = [
        DARK.sub(r"@media screen and (prefers-color-scheme: dark) {\n\1\n}", text)
        for text in (path.read_text("utf-8") for path in VIEWS)
    ]
    return "\n".join([tokens[0], *views, OWN.read_text("utf-8")])
