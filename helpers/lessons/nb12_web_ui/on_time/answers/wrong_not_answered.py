# looks like: a way without a verdict
# try next: Write True if the page gets each event in time, False if not.
ON_TIME = {
    "A": True,
    "B": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
