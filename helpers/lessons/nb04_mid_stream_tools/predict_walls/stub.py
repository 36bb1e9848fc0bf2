SECONDS = {
    "after the reply, one at a time": ...,
    "after the reply, side by side": ...,
    "at once, one at a time": ...,
    "at once, side by side": ...,
}
