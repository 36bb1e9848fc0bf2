# misconception: fears-thinking
REFUSED = {
    "A": True,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
