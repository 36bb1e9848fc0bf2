# looks like: an answer looked at, and not the question: the fault was made before the first byte
#   came
# try next: Compare the fields of this request's body with those of the others.
FAULT = {"A": 4, "B": 5, "C": 3, "D": 5, "E": 6}
