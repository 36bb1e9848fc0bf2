# looks like: a key that was refused, shown again; keys have been locked for less
# try next: Ask who has to do something before it can work.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
