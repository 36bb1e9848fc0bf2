DANGEROUS = {
    "A": False,  # text, and how it looks
    "B": True,  # no script element, but still a script
    "C": True,  # runs at a click, with all that the page may do
    "D": False,  # escaped: it shows as the words that it is
    "E": True,  # the address is the message: your prompt is in it
    "F": False,  # leads to another page, which can't reach back into this one
    "G": True,  # a page reads &#115; as s before it looks at the address
    "H": True,  # asks for a password in your name
    "I": True,  # covers the page with one of its own
}
