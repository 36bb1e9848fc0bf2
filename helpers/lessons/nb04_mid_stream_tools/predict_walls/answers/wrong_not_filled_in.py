# looks like: a line that has no number yet
# try next: Write a number of seconds where the dots are.
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": ...,
    "at once, side by side": ...,
}
