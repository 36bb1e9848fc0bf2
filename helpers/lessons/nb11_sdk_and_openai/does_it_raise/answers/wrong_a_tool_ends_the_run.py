# looks like: a tool's failure that ends the run; it is the model that can do something about it
# try next: Read again what the runner does for you.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": True,
}
