# looks like: one tool's time: they run one after the other, so both times count
# try next: The reply ends at 2.0 s. Add the seconds of each tool.
SECONDS = {
    "after the reply, one at a time": 3.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.5,
    "at once, side by side": 2.2,
}
