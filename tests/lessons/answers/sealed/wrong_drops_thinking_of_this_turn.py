# misconception: drops-thinking-of-this-turn
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
