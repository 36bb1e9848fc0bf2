# looks like: a status that outweighs the server's own word: this limit is on money, and won't be
#   lifted by waiting
# try next: Read the header. The server knows which limit it was.
ASK_AGAIN = {
    "A": True,
    "B": False,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
    "I": False,
    "J": True,
}
