# misconception: empty-is-broken
MAY_RUN = {"A": 1, "B": 0, "C": 0, "D": 1, "E": 0, "F": 2}
