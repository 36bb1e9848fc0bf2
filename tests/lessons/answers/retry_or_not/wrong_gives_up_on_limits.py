# misconception: gives-up-on-limits
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
