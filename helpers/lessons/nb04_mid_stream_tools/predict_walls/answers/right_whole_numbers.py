SECONDS = {
    "after the reply, one at a time": 4,
    "after the reply, side by side": 3,
    "at once, one at a time": 2.5,
    "at once, side by side": 2.2,
}
