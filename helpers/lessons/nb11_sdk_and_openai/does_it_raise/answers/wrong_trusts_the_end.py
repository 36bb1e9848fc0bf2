# looks like: an end that would be noticed; a connection that closes in good order looks like one
# try next: Look at the first line of the table of faults.
RAISES = {
    "A": True,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
