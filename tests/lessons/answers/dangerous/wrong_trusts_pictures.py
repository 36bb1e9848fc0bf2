# misconception: trusts-pictures
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
