# misconception: overlooks-the-history
FAULT = {"A": 4, "B": 1, "C": 5, "D": 5, "E": 6}
