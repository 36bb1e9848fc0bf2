# looks like: text that was cut treated as a mistake: it is text like any other, and nothing in a
#   message says that there was more
# try next: Ask what the API could see that is wrong with it.
REFUSED = {'A': True, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
