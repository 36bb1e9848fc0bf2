# misconception: blames-a-retry
FAULT = {"A": 7, "B": 1, "C": 3, "D": 5, "E": 6}
