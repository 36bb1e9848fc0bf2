# misconception: drops-redacted-thinking
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": True,
}
