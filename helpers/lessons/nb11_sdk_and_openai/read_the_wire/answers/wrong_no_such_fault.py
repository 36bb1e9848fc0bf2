# looks like: an answer that is none of the nine numbers
# try next: Write a number from 1 to 9.
FAULT = {"A": "cut", "B": 1, "C": 3, "D": 5, "E": 6}
