# looks like: a turn without a verdict
# try next: Write True if the API would refuse it, False if not.
REFUSED = {"A": False, "B": True, "D": True}
