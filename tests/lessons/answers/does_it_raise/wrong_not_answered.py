# misconception: not-answered
RAISES = {
    "A": False,
    "B": True,
    "C": ...,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
