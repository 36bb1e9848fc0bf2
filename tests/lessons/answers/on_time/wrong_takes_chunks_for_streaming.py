# misconception: takes-chunks-for-streaming
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
