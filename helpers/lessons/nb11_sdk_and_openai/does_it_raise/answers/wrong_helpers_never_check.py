# looks like: a helper that lets everything pass; of all that were tried here, this one checks
# try next: Look at what OpenAI's helper said to the cut call.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": False,
}
