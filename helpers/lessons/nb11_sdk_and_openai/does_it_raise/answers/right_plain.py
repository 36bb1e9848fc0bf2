RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
