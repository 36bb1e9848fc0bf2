# looks like: a call that never starts, because no other block follows it
# try next: The last call is confirmed by `message_delta`, if its reason is `tool_use`.
def may_start(events):
    calls, closed, starts = set(), [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                starts |= dict.fromkeys(closed, number)
                closed = []
                if block["type"] == "tool_use":
                    calls.add(index)
            case {"type": "content_block_stop", "index": index} if index in calls:
                closed.append(index)
    return starts
