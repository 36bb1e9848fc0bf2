# misconception: cut-json-would-break
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": True,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
