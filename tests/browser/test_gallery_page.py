"""The gallery in a real browser: as a file, at each width, in each scheme, by keyboard."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from helpers.lessons.nb13_submit_your_build import FINISHED
from helpers.submission.entry_search import find_entry
from helpers.submission.gallery import entries, write
from helpers.submission.verdict import Check, Verdict

NOTES = ("A stream was cut. " * 20, "<script>document.title = 'mine'</script>", "Short.")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gallery")
    verdicts = []
    for number, note in enumerate(NOTES):
        folder = root / "class" / f"{number} <b>"
        folder.mkdir(parents=True)
        (folder / "README.md").write_text("read me", encoding="utf-8")
        manifest = {"title": f"{note[:60]} {'x' * 19}", "author": note[:80], "gallery": True}
        files = {"manifest.json": json.dumps(manifest).encode(), "note.md": note.encode()}
        files["recording.cast"] = FINISHED.read_bytes()
        checks = (Check("files", "files", True, "all there"),)
        verdicts.append((folder, Verdict(folder.name, checks, "3 of 8", shown=find_entry(files))))
    write(root / "out", entries(verdicts, root / "out")[0])
    return root / "out" / "index.html"


@pytest.mark.parametrize("width", [375, 1366, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_fits_and_nobody_is_left_out(
    gallery: Path, browser: Browser, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 768},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(gallery.as_uri())
    wide, drawn = page.evaluate(
        "[document.documentElement.scrollWidth, [...document.images].map(i => i.naturalWidth)]"
    )
    assert wide <= width and drawn == [465, 465, 465]
    assert page.title() == "Streaming agents, by hand: 3 submissions"
    folder = gallery.parent.as_uri()
    assert said == [] and all(url.startswith(folder) for url in asked)
    for number in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent").startswith("Read and run it")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        target = str(page.evaluate("document.activeElement.href"))
        assert target.endswith(f"/class/{number}%20%3Cb%3E/README.md")
    assert Axe().run(page).response["violations"] == []
    context.close()
