# looks like: a failure without a verdict
# try next: Write True to ask again, False to leave it.
ASK_AGAIN = {"A": True, "B": False, "C": ..., "D": ...}
