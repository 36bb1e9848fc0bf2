# misconception: tools-take-no-time
SECONDS = {
    "after the reply, one at a time": 2.0,
    "after the reply, side by side": 2.0,
    "at once, one at a time": 2.0,
    "at once, side by side": 2.0,
}
