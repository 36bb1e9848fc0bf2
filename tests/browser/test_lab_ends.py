"""A person closes the page and stops JupyterLab at once, while a kernel still starts."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import running_lab

pytestmark = pytest.mark.long


def test_it_ends_while_a_kernel_starts(page: Page, tmp_path: Path):
    with running_lab(tmp_path) as lab:  # which fails if it has to be killed
        page.goto(lab.url)
        expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
        page.close()
