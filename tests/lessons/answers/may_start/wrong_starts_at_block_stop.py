# misconception: starts-at-block-stop
def may_start(events):
    calls, starts = set(), {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.add(index)
            case {"type": "content_block_stop", "index": index} if index in calls:
                starts[index] = number
    return starts
