# misconception: done-is-required
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": True,
    "H": False,
    "I": True,
}
