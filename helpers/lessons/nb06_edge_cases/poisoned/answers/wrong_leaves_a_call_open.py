# looks like: a call that nobody has answered treated as one that can wait
# try next: Look at the first picture of this notebook.
REFUSED = {'A': False, 'B': False, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
