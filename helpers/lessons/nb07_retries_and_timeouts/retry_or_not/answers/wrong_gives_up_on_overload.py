# looks like: an overload treated as a final answer: the next moment may be a quiet one
# try next: Ask whether the same request could succeed a second later.
ASK_AGAIN = {
    "A": False,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
