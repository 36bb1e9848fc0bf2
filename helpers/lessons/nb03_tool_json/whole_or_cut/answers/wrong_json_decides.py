# looks like: JSON that parses treated as a call that is complete: nothing has come that confirms it
# try next: Which event after the stop says that the model has moved on? In this reply there is
#   none.
MAY_RUN = {"A": 1, "B": 0, "C": 1, "D": 1, "E": 1, "F": 2}
