# misconception: retries-after-text
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": True,
    "I": False,
    "J": True,
}
