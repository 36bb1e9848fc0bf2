"""The file that was fetched is the one that the course took in, with its licence."""

import hashlib
import re
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from helpers.web import vendor


def test_react_is_what_it_was_and_brings_its_licence():
    raw = vendor.FILE.read_bytes()
    assert hashlib.sha256(raw).hexdigest() == vendor.SHA256
    head = raw[:3000].decode()
    assert f"React {vendor.VERSION}" in head
    assert "MIT License" in head and "Copyright (c) Meta Platforms" in head
    assert "THE SOFTWARE IS PROVIDED" in head


def test_it_fetches_nothing_by_itself():
    text = vendor.FILE.read_text("utf-8")
    addresses = set(re.findall(r"https?://[\w./-]+", text))
    assert addresses <= {
        "https://react.dev/errors/",  # where an error's words send a developer
        *("http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"),
        *("http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"),
        "http://www.w3.org/1999/xhtml",
    }
    assert "eval(" not in text and "new Function" not in text


def test_another_archive_than_the_known_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz"):
        pass
    (tmp_path / "react.tgz").write_bytes(packed.getvalue())

    class Done:
        stdout = '[{"filename": "react.tgz"}]'

    monkeypatch.setattr(vendor.subprocess, "run", lambda *_, **__: Done())
    with pytest.raises(ValueError, match="another hash"):
        vendor.fetch(f"react@{vendor.VERSION}", tmp_path)
