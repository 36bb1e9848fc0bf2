# looks like: a turn with nothing in it: a stream that is cut before its first block leaves one
# try next: Look at what the API says about a cut after the first event.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': False, 'G': True, 'H': False, 'I': True}
