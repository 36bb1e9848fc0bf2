# looks like: a call that gets no result; then the API would have refused the next request with 400
# try next: Look at the status of each answer.
FAULT = {"A": 4, "B": 1, "C": 3, "D": 5, "E": 8}
