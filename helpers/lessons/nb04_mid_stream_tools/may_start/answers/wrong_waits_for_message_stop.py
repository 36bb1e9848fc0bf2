# looks like: a start at `message_stop`, when all has been known for a while
# try next: Which is the first event that can't follow a call that was cut off?
def may_start(events):
    calls, starts = [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.append(index)
            case {"type": "message_stop"}:
                starts = {index: number for index in calls}
    return starts
