ASK_AGAIN = {
    "A": True,
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
