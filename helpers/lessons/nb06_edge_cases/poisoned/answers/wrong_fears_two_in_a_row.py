# looks like: a rule that roles must take turns; that was years ago
# try next: The API reads two messages of one role as one.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': True, 'I': True}
