# misconception: silence-with-pings
RAISES = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
