# misconception: not-answered
ON_TIME = {
    "A": True,
    "B": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
