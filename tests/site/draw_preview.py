"""Draws the picture that other sites show with a link: python tests/site/draw_preview.py

It is a view of the start page, in the size that they ask for. Run it again after the start page or
the wire view has changed its look, and look at the picture.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from helpers.site.reading import write  # noqa: E402
from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.programs import find_browser  # noqa: E402

PICTURE = ROOT / "helpers" / "site" / "reading" / "static" / "preview.png"
STYLE = """
  .top, .lead, .buttons, .first + section h2 { display: none !important; }
  .start { max-width: 1120px; }
  .start section { border: 0; }
  .start h1 { font-size: 56px; margin: 0 0 16px; }
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        page.goto((Path(folder) / "index.html").as_uri())
        page.add_style_tag(content=STYLE)
        page.get_by_role("button", name="Pause").click()
        page.get_by_label("Position in the recording").fill("4.5")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
