# misconception: forgets-compression
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": False,
    "H": True,
}
