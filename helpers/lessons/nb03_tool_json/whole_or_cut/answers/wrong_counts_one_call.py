# looks like: one call where there are two
# try next: Count the blocks of type `tool_use`; every one of them is confirmed by what follows.
MAY_RUN = {"A": 1, "B": 0, "C": 1, "D": 1, "E": 0, "F": 1}
