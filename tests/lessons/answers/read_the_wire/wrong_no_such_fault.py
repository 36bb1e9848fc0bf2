# misconception: no-such-fault
FAULT = {"A": "cut", "B": 1, "C": 3, "D": 5, "E": 6}
