# looks like: a search for the word `javascript:`, which isn't there until the browser has read it:
#   that is why lists of bad words lose, and why a sanitizer parses
# try next: Read &#115; as a browser does.
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": False,
    "H": True,
    "I": True,
}
