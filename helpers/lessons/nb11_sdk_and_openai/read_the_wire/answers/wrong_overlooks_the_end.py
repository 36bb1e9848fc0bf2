# looks like: a recording read without its end: `complete` is one way to end, and this is another
# try next: Who has closed this connection, and after which event?
FAULT = {"A": 4, "B": 1, "C": 3, "D": 1, "E": 6}
