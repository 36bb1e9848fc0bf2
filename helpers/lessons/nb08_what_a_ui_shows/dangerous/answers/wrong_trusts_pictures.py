# looks like: a picture treated as something to look at: the browser fetches it unasked, and its
#   address carries away what you said
# try next: Nothing of it runs. But who learns what, as soon as it is shown?
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
