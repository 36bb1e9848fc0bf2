# misconception: distrusts-generators
ON_TIME = {
    "A": False,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
