# looks like: an empty text treated as a changed one: it came like this, and its signature is valid
# try next: Compare what came with what is sent.
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": True,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
