# looks like: a cut input that would not parse; this parser is one for JSON that isn't over
# try next: Look at what `.input` was when 14 tokens were all that there were.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": True,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
