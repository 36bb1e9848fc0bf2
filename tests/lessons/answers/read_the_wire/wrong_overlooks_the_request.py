# misconception: overlooks-the-request
FAULT = {"A": 4, "B": 5, "C": 3, "D": 5, "E": 6}
