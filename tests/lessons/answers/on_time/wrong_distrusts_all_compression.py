# misconception: distrusts-all-compression
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": True,
}
