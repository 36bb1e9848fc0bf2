# misconception: retries-400
ASK_AGAIN = {
    "A": True,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
