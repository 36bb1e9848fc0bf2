# misconception: overlooks-the-stop-reason
FAULT = {"A": 6, "B": 1, "C": 3, "D": 5, "E": 6}
