# looks like: an answer begun again after the half of another one, which the reader has on the
#   screen
# try next: Imagine the page after the second attempt.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": True,
    "I": False,
    "J": True,
}
