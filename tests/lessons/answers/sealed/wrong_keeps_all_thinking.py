# misconception: keeps-all-thinking
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": True,
    "I": True,
}
