# looks like: a header that does nothing; it is addressed to this very proxy
# try next: Run the cell with the proxy again, and compare its lines.
ON_TIME = {
    "A": True,
    "B": False,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
