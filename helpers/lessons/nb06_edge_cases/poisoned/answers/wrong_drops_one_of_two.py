# looks like: a call dropped and its result kept: the two stay together or go together
# try next: Ask what the result is the result of.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': False, 'H': False, 'I': True}
