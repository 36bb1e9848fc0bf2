# looks like: a thought left out of the turn that is going on: the model would read its call
#   without the reason for it
# try next: Ask whether the user has said anything new since.
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
