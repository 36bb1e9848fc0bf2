# misconception: fears-empty-thinking
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": True,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
