# looks like: a stranger treated as a failure; the protocol says that there will be some
# try next: Look at what became of `future_event`.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": True,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
