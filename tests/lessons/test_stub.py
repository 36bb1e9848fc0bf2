"""What counts as "not written yet"."""

import pytest

from helpers.lessons.checking.stub import is_untouched

STUB = '''\
class Decoder:
    """Decodes."""

    def __init__(self) -> None:
        self.events = []

    def feed(self, chunk: bytes) -> list:
        """Return the events."""
        ...
'''


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        STUB.replace("...", "pass"),
        STUB.replace("...", "raise NotImplementedError"),
        STUB.replace("...", 'raise NotImplementedError("your turn")'),
        STUB.replace("...", "# here?\n        ..."),
        STUB.replace('"""Return the events."""', ""),
        STUB.replace("    ", "  "),
        STUB.replace(" -> list", "").replace(": bytes", ""),
        "def feed(chunk): ...",
        "import json\nx = 1\nasync def feed(chunk):\n    pass",
    ],
)
def test_untouched(source: str) -> None:
    assert is_untouched(source, STUB)


@pytest.mark.parametrize(
    "source",
    [
        STUB.replace("...", "return []"),
        STUB.replace("...", "print(chunk)"),
        STUB.replace("...", "yield"),
        STUB.replace("= []", "= {}"),
        STUB + "\nDecoder().feed(b'')",
        STUB.replace("...", "return ["),
        "print('hello')",
        "x = '\0'",
    ],
)
def test_touched(source: str) -> None:
    assert not is_untouched(source, STUB)
