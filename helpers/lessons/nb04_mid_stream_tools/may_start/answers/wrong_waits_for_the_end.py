# looks like: a number from the end of the message: another block says as much, and says it sooner
# try next: At `content_block_start`, confirm the calls that have closed, and forget them then: the
#   first number counts.
def may_start(events):
    calls, starts = [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.append(index)
            case {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}:
                starts = {index: number for index in calls}
    return starts
