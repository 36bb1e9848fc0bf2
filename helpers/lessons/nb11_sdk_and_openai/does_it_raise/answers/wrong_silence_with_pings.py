# looks like: two minutes treated as silence: what is measured is the time between any two bytes,
#   and a ping is bytes
# try next: Notebook 07 has tried this. What did the socket see?
RAISES = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": False,
    "F": False,
    "G": False,
    "H": False,
    "I": True,
}
