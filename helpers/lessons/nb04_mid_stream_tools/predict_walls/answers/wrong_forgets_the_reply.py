# looks like: the end of the first tool, before the reply has ended
# try next: The turn is over when the reply and both tools are.
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.5,
    "at once, side by side": 1.5,
}
