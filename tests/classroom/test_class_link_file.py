"""A class that a hub names by a file: its link is there for as long as it runs."""

import sys
from pathlib import Path

import pytest

from helpers.classroom.class_link import class_link, link_file, offer, withdraw
from tests.classroom.serving import serving


def test_a_link_or_a_file_that_holds_one(tmp_path: Path):
    file = tmp_path / "link"
    assert class_link({}) == "" and link_file({}) is None
    given = {"COURSE_CLASS": " http://127.0.0.1:8790#k3m9xp "}
    assert class_link(given) == "http://127.0.0.1:8790#k3m9xp" and link_file(given) is None
    by_file = {"COURSE_CLASS": str(file)}
    assert class_link(by_file) == "" and link_file(by_file) == file
    offer(file, "http://127.0.0.1:1#abcdef")
    assert class_link(by_file) == "http://127.0.0.1:1#abcdef"
    assert sys.platform == "win32" or file.stat().st_mode & 0o777 == 0o644
    withdraw(file, "http://127.0.0.1:2#another")  # another class has taken its place
    assert file.exists()
    withdraw(file, "http://127.0.0.1:1#abcdef")
    assert class_link(by_file) == "" and list(tmp_path.iterdir()) == []
    file.write_bytes(b"\xff")
    assert class_link(by_file) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a process there can't be asked to stop")
def test_a_class_offers_its_link_while_it_runs(tmp_path: Path):
    file = tmp_path / "link"
    environment = {"COURSE_CLASS": str(file)}
    with serving(tmp_path, **environment) as serve:
        served = serve()
        while not class_link(environment):  # it is written in a moment, or the test's end comes
            assert served.process.poll() is None
        assert class_link(environment) == served.link
        served.process.terminate()
        served.process.wait(60)
    assert not file.exists()


def test_a_class_that_can_not_offer_its_link_runs_all_the_same(tmp_path: Path):
    with serving(tmp_path, COURSE_CLASS=str(tmp_path / "no such folder" / "link")) as serve:
        assert serve().board()["seats"] == []
