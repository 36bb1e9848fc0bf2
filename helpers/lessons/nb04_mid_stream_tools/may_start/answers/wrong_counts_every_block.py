# looks like: blocks that are no calls in the result
# try next: Remember at its start whether a block is of type `tool_use`.
def may_start(events):
    starts, kinds, waiting = {}, {}, []
    for number, event in enumerate(events):
        if event["type"] == "content_block_start":
            kinds[event["index"]] = event["content_block"]["type"]
        confirms = event["type"] == "content_block_start" or (
            event["type"] == "message_delta" and event["delta"]["stop_reason"] == "tool_use"
        )
        if confirms:
            for index in waiting:
                starts[index] = number
            waiting = []
        if event["type"] == "content_block_stop":
            waiting.append(event["index"])
    return starts
