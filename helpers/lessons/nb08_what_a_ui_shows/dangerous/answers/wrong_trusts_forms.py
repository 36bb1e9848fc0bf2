# looks like: harm looked for in scripts alone: a form needs none, and this one asks in your name
# try next: Ask who would get what a reader types here, and whom they would think they told.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": False,
    "I": True,
}
