# looks like: a server that can do two things at once with one thread: a stream keeps it to its end
# try next: Ask who answers the second request, and when they are free.
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": True,
}
