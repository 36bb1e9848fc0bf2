# looks like: thinking kept out of a history: the API wants it back, and takes it as it was
# try next: Look at which of the six ways above was taken.
REFUSED = {
    "A": True,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
