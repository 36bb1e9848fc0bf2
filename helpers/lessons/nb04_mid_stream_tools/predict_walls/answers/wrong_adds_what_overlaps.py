# looks like: two times that are added although they pass at the same time
# try next: Side by side, the longest one counts.
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 4.0,
    "at once, one at a time": 2.5,
    "at once, side by side": 2.2,
}
