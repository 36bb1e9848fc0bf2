# looks like: a reply without a verdict
# try next: Write how many of its calls may run: 0, 1 or 2.
MAY_RUN = {"A": 1, "B": 0, "C": ...}
