# misconception: fears-links
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": True,
    "H": True,
    "I": True,
}
