# looks like: tools that wait for the end of the reply: here they don't
# try next: Tool A starts at 0.5 s.
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 4.0,
    "at once, side by side": 2.2,
}
