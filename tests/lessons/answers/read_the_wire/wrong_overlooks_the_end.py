# misconception: overlooks-the-end
FAULT = {"A": 4, "B": 1, "C": 3, "D": 1, "E": 6}
