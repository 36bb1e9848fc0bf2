# looks like: a client that asks the same again; then the same request would stand there twice
# try next: Compare the requests. Is any of them refused?
FAULT = {"A": 7, "B": 1, "C": 3, "D": 5, "E": 6}
