# looks like: a piece without a verdict
# try next: Write True if it must not get into a page, False if it may.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": ...,
    "I": True,
}
