# looks like: a recording without an answer
# try next: Write the number of the fault, from 1 to 9.
FAULT = {"A": 4, "B": 1, "C": 3, "D": 5, "E": ...}
