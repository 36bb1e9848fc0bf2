# misconception: fears-two-in-a-row
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': True, 'I': True}
