# looks like: a proxy treated as a wire: nginx collects an answer before it passes it on, unless
#   told otherwise
# try next: Think of the proxy above, and what it does without a word from the server.
ON_TIME = {
    "A": True,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": True,
}
