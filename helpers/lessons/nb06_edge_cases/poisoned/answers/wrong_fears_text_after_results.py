# looks like: text after the results treated as text in front of them
# try next: The results have to come first. What may come second?
REFUSED = {'A': False, 'B': True, 'C': True, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
