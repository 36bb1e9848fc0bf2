# misconception: trusts-the-end
RAISES = {
    "A": True,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
