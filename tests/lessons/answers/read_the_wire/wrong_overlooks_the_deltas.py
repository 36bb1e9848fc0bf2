# misconception: overlooks-the-deltas
FAULT = {"A": 4, "B": 1, "C": 3, "D": 5, "E": 4}
