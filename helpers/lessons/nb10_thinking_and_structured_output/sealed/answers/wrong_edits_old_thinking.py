# looks like: a thought that may be missing treated as one that may be changed
# try next: Leaving out and changing are two things. Which of them can a seal forbid?
REFUSED = {
    "A": False,
    "B": True,
    "C": True,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": False,
}
