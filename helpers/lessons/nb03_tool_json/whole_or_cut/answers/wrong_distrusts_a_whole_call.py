# looks like: a call held back although the model asked for it to be run
# try next: `message_delta` with the stop reason `tool_use` says that all calls are complete.
MAY_RUN = {"A": 0, "B": 0, "C": 1, "D": 1, "E": 0, "F": 2}
