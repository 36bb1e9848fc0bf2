def may_start(events):
    """Return {index of the call's block: number of the event at which its tool may start}."""
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
            case {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}:
                starts |= dict.fromkeys(closed, number)
                closed = []
    return starts
