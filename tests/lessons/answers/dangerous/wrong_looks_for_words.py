# misconception: looks-for-words
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": False,
    "H": True,
    "I": True,
}
