# looks like: silence treated as failure: the answer was lost, and the payment may not have been
# try next: Ask what is known about the bill now, and what a second call might do.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": True,
    "J": True,
}
