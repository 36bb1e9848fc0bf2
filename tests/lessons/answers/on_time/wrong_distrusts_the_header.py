# misconception: distrusts-the-header
ON_TIME = {
    "A": True,
    "B": False,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
