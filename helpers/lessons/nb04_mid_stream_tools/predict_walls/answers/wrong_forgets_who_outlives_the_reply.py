# looks like: the end of the reply, when one tool is still running
# try next: Tool B starts at 1.2 s and takes a second.
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.5,
    "at once, side by side": 2.0,
}
