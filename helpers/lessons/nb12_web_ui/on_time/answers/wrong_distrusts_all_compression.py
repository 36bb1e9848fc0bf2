# looks like: a stream that is held back because it is compressed: a flush gives out what there is
# try next: It isn't the compression that waits. What is a flush for?
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": True,
}
