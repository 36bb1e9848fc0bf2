# looks like: a call that may be repeated held back: two calls with one key are one payment
# try next: Ask what the bank does when it has seen the key before.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": False,
}
