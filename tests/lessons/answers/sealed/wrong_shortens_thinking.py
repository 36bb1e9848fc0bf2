# misconception: shortens-thinking
REFUSED = {
    "A": False,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
