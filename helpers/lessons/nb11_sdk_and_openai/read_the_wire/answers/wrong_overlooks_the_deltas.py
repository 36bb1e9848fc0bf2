# looks like: a call that the model has filled in, and that comes back otherwise
# try next: Join the pieces of partial_json, and compare them with the call in the second request.
FAULT = {"A": 4, "B": 1, "C": 3, "D": 5, "E": 4}
