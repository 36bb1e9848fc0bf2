REFUSED = {
    "A": False,  # as it came
    "B": True,  # the signature was made for the whole text
    "C": True,  # the text without its seal
    "D": True,  # the call belongs to the thought before it
    "E": False,  # empty, and just as it came
    "F": True,  # empty, but still needed: the signature holds the thought
    "G": True,  # nobody can read it, and the API looks for it
    "H": False,  # that turn is over
    "I": True,  # nobody has asked for it, but what comes must be as it was
}
