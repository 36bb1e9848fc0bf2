# misconception: trusts-the-block-stop
MAY_RUN = {"A": 1, "B": 1, "C": 1, "D": 1, "E": 0, "F": 2}
