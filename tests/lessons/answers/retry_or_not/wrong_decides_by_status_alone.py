# misconception: decides-by-status-alone
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
