MAY_RUN = dict(zip("ABCDEF", (1, 0, 1, 1, 0, 2)))
