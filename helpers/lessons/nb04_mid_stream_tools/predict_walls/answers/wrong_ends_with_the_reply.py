# looks like: a turn that is over with its last word, while tool B still runs
# try next: Tool B starts when tool A is done. When does B end?
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.0,
    "at once, side by side": 2.2,
}
