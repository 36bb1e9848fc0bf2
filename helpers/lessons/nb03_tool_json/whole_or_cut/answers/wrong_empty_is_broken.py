# looks like: an empty input treated as a broken one
# try next: A tool without arguments sends the empty string, and the stop reason is `tool_use`.
MAY_RUN = {"A": 1, "B": 0, "C": 0, "D": 1, "E": 0, "F": 2}
