# looks like: what is right for chat completions, treated as the rule of both: here the error is an
#   event, and the loop ends after it
# try next: Look at the second line of the table of faults, at its last column.
RAISES = {
    "A": False,
    "B": True,
    "C": False,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": True,
    "I": True,
}
