# looks like: a recording read without its stop_reason: it is the event before the last
# try next: Find out why the first answer ended, and what the client made of its call.
FAULT = {"A": 6, "B": 1, "C": 3, "D": 5, "E": 6}
