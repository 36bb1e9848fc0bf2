# misconception: distrusts-a-whole-call
MAY_RUN = {"A": 0, "B": 0, "C": 1, "D": 1, "E": 0, "F": 2}
