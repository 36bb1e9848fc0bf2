# misconception: trusts-links
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
