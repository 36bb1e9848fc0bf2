# misconception: forgets-the-proxy
ON_TIME = {
    "A": True,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
