# looks like: a history without a verdict
# try next: Write True if the API would refuse it, False if not.
REFUSED = {"A": False, "B": True, "C": ...}
