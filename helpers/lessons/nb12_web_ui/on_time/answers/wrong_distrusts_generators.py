# looks like: a generator treated as something that is collected: each piece is sent as it is
#   yielded
# try next: Ask who would have to wait here, and for what.
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
