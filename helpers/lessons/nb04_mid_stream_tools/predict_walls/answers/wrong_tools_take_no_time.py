# looks like: the end of the reply, when the tools have only begun
# try next: Nothing is finished before the last tool is.
SECONDS = {
    "after the reply, one at a time": 2.0,
    "after the reply, side by side": 2.0,
    "at once, one at a time": 2.0,
    "at once, side by side": 2.0,
}
