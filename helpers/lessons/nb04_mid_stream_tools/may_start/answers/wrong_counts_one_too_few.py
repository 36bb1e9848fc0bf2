# looks like: the number of the event before
# try next: The event that confirms the call is the moment, not the one in front of it.
def may_start(events):
    starts, kinds, waiting = {}, {}, []
    for number, event in enumerate(events, start=-1):
        if event["type"] == "content_block_start":
            kinds[event["index"]] = event["content_block"]["type"]
        confirms = event["type"] == "content_block_start" or (
            event["type"] == "message_delta" and event["delta"]["stop_reason"] == "tool_use"
        )
        if confirms:
            for index in waiting:
                starts[index] = number
            waiting = []
        if event["type"] == "content_block_stop" and kinds[event["index"]] == "tool_use":
            waiting.append(event["index"])
    return starts
