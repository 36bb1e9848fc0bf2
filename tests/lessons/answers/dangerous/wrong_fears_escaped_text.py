# misconception: fears-escaped-text
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
