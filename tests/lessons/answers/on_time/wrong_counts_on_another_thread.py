# misconception: counts-on-another-thread
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": True,
}
