# looks like: a client that gives up at a ping; then the last thing that it saw would be one
# try next: Look at the last event that arrived.
FAULT = {"A": 4, "B": 1, "C": 3, "D": 9, "E": 6}
