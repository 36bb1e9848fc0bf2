# misconception: drops-one-of-two
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': False, 'H': False, 'I': True}
