# looks like: a style treated as decoration: this one lays itself over your whole page
# try next: Say in words what each of the three properties does.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": False,
}
