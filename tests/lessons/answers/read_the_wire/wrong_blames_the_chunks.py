# misconception: blames-the-chunks
FAULT = {"A": 4, "B": 1, "C": 2, "D": 5, "E": 6}
