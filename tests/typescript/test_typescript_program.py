"""The TypeScript program prints what is stored of it, in a real run under Node.js."""

import pytest

from helpers.typescript import OUTPUT, PROGRAM
from helpers.typescript.__main__ import Missing, main, run


@pytest.mark.long
def test_a_real_run_prints_what_is_stored():
    try:
        printed = run()
    except Missing as missing:
        pytest.skip(str(missing))
    assert printed == OUTPUT.read_text("utf-8")


def test_without_node_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", "")
    assert main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("There is no node here") and said.err.count("\n") == 1


def test_the_program_is_one_that_a_person_reads():
    lines = PROGRAM.read_text("utf-8").splitlines()
    assert len(lines) < 70 and max(map(len, lines)) <= 100
