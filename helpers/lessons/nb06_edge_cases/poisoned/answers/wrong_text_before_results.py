# looks like: a result that is looked for anywhere in the message; the API looks at its start
# try next: Notebook 05 has sent this one. Read again what came back.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': False, 'E': True, 'F': True, 'G': True, 'H': False, 'I': True}
