ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
