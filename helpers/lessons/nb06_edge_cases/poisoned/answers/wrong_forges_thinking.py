# looks like: thinking without its seal: it comes in the last delta of the block, so this was cut
# try next: Count what the second kind of 400 above was about.
REFUSED = {'A': False, 'B': True, 'C': False, 'D': True, 'E': False, 'F': True, 'G': True, 'H': False, 'I': True}
