def may_start(events):
    starts = {}
    for at, event in enumerate(events):
        if event.get("content_block", {}).get("type") != "tool_use":
            continue
        index = event["index"]
        closed = [n for n in range(at, len(events)) if events[n] == {"type": "content_block_stop", "index": index}]
        for n in range(closed[0], len(events)) if closed else ():
            later = events[n]
            wants = later.get("delta", {}).get("stop_reason") == "tool_use"
            if later["type"] == "content_block_start" or wants:
                starts[index] = n
                break
    return starts
