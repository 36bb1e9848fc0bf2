# misconception: not-answered
MAY_RUN = {"A": 1, "B": 0, "C": ...}
