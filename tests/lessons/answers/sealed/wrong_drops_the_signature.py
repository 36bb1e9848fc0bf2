# misconception: drops-the-signature
REFUSED = {
    "A": False,
    "B": True,
    "C": False,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
