SECONDS = {
    "after the reply, one at a time": 2.0 + 1.0 + 1.0,
    "after the reply, side by side": 2.0 + max(1.0, 1.0),
    "at once, one at a time": max(0.5 + 1.0, 1.2) + 1.0,
    "at once, side by side": max(2.0, 1.2 + 1.0),
}
