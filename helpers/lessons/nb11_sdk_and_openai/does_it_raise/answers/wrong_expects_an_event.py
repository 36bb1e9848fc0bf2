# looks like: an error treated as an event that one has to look for: this SDK raises it
# try next: Look at the second line of the table of faults.
RAISES = {
    "A": False,
    "B": False,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
