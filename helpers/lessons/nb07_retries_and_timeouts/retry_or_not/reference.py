ASK_AGAIN = {
    "A": True,  # overloaded now says nothing about a moment later
    "B": False,  # the same wrong request is wrong again
    "C": True,  # the limit is per minute, and the answer says when to come back
    "D": False,  # the same status, but the server says that waiting is no help
    "E": False,  # a key doesn't become right by being sent again
    "F": True,  # the status was sent before anybody knew; nothing was shown yet
    "G": False,  # a second answer would stand after the first half of another
    "H": True,  # nobody has heard the request
    "I": False,  # nobody has heard the answer: the money may have gone
    "J": True,  # the same key: for the bank it is the same payment
}
