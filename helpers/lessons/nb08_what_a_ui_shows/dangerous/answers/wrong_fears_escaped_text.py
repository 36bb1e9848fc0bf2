# looks like: words treated as what they are about: an escaped < opens nothing, and an answer about
#   scripts has to show some
# try next: Imagine what a reader sees of it.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
