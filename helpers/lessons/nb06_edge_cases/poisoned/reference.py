REFUSED = {
    "A": False,  # half a sentence is text like any other
    "B": True,  # a call without its result
    "C": False,  # the result first, and then what the user says
    "D": True,  # the result is there, but not at the start of the message
    "E": True,  # the signature comes last: this thinking was cut
    "F": True,  # a message with nothing in it
    "G": True,  # a result without its call
    "H": False,  # two messages of the user's in a row are one
    "I": True,  # the assistant has the last word, and this model can't go on from there
}
