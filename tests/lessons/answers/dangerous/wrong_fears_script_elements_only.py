# misconception: fears-script-elements-only
DANGEROUS = {
    "A": False,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
