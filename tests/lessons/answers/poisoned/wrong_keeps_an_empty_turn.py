# misconception: keeps-an-empty-turn
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': False, 'G': True, 'H': False, 'I': True}
