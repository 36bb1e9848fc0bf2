# misconception: gives-up-on-connections
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": False,
    "J": True,
}
