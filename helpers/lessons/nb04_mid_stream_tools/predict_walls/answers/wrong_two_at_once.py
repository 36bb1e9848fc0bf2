# looks like: a second tool that starts when its call is there, although the first still runs
# try next: Tool B has to wait for the end of tool A. When is that?
SECONDS = {
    "after the reply, one at a time": 4.0,
    "after the reply, side by side": 3.0,
    "at once, one at a time": 2.2,
    "at once, side by side": 2.2,
}
