# looks like: a situation without a verdict
# try next: Write True if the SDK raises, False if it doesn't.
RAISES = {
    "A": False,
    "B": True,
    "C": ...,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
