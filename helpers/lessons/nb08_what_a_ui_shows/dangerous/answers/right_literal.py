DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
