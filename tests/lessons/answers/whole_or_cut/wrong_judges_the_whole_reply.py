# misconception: judges-the-whole-reply
MAY_RUN = {"A": 1, "B": 0, "C": 1, "D": 2, "E": 0, "F": 2}
