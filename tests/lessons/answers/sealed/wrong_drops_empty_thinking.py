# misconception: drops-empty-thinking
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": False,
    "G": True,
    "H": False,
    "I": True,
}
