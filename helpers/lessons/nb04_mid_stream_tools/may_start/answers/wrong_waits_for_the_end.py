# looks like: calls that are confirmed at the end of the message only: another block says as much,
#   and says it sooner
# try next: Handle `content_block_start` as well: it confirms the calls closed before.
def may_start(events):
    calls, starts = [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.append(index)
            case {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}:
                starts = {index: number for index in calls}
    return starts
