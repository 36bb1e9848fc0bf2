# misconception: gives-up-on-overload
ASK_AGAIN = {
    "A": False,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
