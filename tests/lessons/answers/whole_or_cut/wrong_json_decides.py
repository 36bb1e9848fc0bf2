# misconception: json-decides
MAY_RUN = {"A": 1, "B": 0, "C": 1, "D": 1, "E": 1, "F": 2}
