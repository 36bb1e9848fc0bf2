# looks like: a text that anybody could have written: without its seal nothing says that the model
#   did
# try next: Look at what came back above, for the third of the six ways.
REFUSED = {
    "A": False,
    "B": True,
    "C": False,
    "D": True,
    "E": False,
    "F": True,
    "G": True,
    "H": False,
    "I": True,
}
