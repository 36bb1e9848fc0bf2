# misconception: text-before-results
REFUSED = {'A': False, 'B': True, 'C': False, 'D': False, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
