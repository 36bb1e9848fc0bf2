# looks like: a 200 treated as success: it was sent before the first token, and nothing was shown
#   since
# try next: Go by the error's type, and ask what the reader has seen so far.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
