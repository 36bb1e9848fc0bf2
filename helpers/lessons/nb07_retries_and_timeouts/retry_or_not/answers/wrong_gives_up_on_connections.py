# looks like: a failure without a status treated as hopeless: the request has reached nobody, so it
#   can't do harm, either
# try next: Ask whether anything has happened on the other side.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
    "I": False,
    "J": True,
}
