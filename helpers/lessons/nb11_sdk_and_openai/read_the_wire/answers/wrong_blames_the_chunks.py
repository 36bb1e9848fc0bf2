# looks like: a client that trips over chunk borders; it would lose whole events, here and there
# try next: Compare what came with what the next request says about it. Are whole events missing?
FAULT = {"A": 4, "B": 1, "C": 2, "D": 5, "E": 6}
