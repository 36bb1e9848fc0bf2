# looks like: compression treated as something that costs only time: it holds back what is too
#   little to be compressed well
# try next: Ask how many events of 30 bytes make a block of 32 kB.
ON_TIME = {
    "A": True,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": False,
    "H": True,
}
