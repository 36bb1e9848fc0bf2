# looks like: silence, although something comes every 15 seconds: a comment is no event, but it is
#   bytes
# try next: Ask what the proxy counts, and what the browser makes of a line that begins with a
#   colon.
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": False,
    "F": True,
    "G": False,
    "H": False,
}
