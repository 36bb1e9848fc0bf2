REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
