# looks like: all markup treated as dangerous: then you would show the asterisks
# try next: Ask what these tags can do besides changing how a word looks.
DANGEROUS = {
    "A": True,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
