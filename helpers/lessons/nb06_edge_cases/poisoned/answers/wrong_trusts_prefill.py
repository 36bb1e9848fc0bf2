# looks like: a prefill, which models from 4.6 on refuse: the conversation ends with the user
# try next: Look at what the API said to the first way of going on.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': True, 'F': True, 'G': True, 'H': False, 'I': False}
