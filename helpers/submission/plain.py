"""A stranger's words as one line of text that steers no terminal, and has an end."""

__all__ = ["plain"]

LONGEST = 600  # characters


def plain(text: str, most: int = LONGEST) -> str:
    """Return a text on one line: blanks for what parts lines, what can't be printed as \\x1b.

    Args:
        text: any text, also one with bytes that are no UTF-8 (surrogates).
        most: characters; what comes after is left out, and "…" says so.
    """
    shown = "".join(map(_escape, text[: most + 1]))
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # how Python keeps a byte that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
