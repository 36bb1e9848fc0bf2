# misconception: blames-a-ping
FAULT = {"A": 4, "B": 1, "C": 3, "D": 9, "E": 6}
