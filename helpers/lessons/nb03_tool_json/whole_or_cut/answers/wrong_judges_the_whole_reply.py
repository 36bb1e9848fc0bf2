# looks like: one verdict for all calls of a reply: each block has its own
# try next: Ask of each call whether the model went on to something else after it.
MAY_RUN = {"A": 1, "B": 0, "C": 1, "D": 2, "E": 0, "F": 2}
