# misconception: fears-strangers
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": True,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
