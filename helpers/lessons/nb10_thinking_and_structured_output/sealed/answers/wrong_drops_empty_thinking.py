# looks like: an empty text treated as an empty block: what the model thought is in the signature
# try next: Print the length of its signature.
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": False,
    "G": True,
    "H": False,
    "I": True,
}
