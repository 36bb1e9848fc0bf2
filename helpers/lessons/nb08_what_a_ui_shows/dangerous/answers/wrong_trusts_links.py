# looks like: a link treated as an address: this one is a program, which runs in your page at a
#   click
# try next: Look at what stands before the colon.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
