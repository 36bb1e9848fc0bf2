# misconception: leaves-a-call-open
REFUSED = {'A': False, 'B': False, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
