ON_TIME = {
    "A": True,  # nobody stands between, and each event leaves as it is yielded
    "B": False,  # nginx collects what it isn't told not to collect
    "C": True,  # told, by the header
    "D": False,  # a list has to be whole before its first item can be looked at
    "E": False,  # what was compressed leaves when it is worth a block
    "F": True,  # flushed after each event, it leaves
    "G": False,  # the one thread is with somebody else
    "H": True,  # a comment is no event, and keeps the connection
}
