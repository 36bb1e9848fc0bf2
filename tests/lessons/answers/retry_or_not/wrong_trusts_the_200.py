# misconception: trusts-the-200
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
