# misconception: retries-refusals
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
