# looks like: a block that is no use to you treated as one that is no use to anybody
# try next: Ask who its data is for.
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": True,
}
