# looks like: a limit treated as a final answer, although the server says when to come back
# try next: Read the header: it is an invitation.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": False,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
