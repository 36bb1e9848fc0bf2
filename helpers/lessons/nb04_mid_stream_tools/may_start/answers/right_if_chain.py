def may_start(events):
    waiting, starts, kinds = set(), {}, {}
    for number in range(len(events)):
        event = events[number]
        kind = event["type"]
        if kind == "content_block_start":
            kinds[event["index"]] = event["content_block"]["type"]
        if kind == "content_block_start" or (
            kind == "message_delta" and event["delta"].get("stop_reason") == "tool_use"
        ):
            for index in waiting:
                starts[index] = number
            waiting = set()
        elif kind == "content_block_stop" and kinds[event["index"]] == "tool_use":
            waiting.add(event["index"])
    return starts
