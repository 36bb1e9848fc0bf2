# looks like: an end mark that somebody waits for; the SDK stops at it, and at any other end, too
# try next: Look at the first line of the table of faults, further to the right.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": True,
    "H": False,
    "I": True,
}
