# looks like: chunks treated as streaming: nothing leaves before the last event is in the list
# try next: Ask when the first chunk can leave.
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
