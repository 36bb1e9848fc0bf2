# looks like: a wrong request sent again: it is as wrong as it was
# try next: Ask what a second would change about it.
ASK_AGAIN = {
    "A": True,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
