# misconception: a-tool-ends-the-run
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": True,
}
