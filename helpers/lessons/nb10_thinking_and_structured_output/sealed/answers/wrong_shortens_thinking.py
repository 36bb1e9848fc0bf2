# looks like: a thought that was edited under its seal
# try next: Ask what the signature was made of.
REFUSED = {
    "A": False,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
