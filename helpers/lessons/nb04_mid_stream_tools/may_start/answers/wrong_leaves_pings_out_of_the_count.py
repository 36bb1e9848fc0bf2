# looks like: pings that are left out of the count
# try next: A ping confirms nothing, but it has a number like every event.
def may_start(events):
    starts, kinds, waiting = {}, {}, []
    number = -1
    for event in events:
        if event["type"] == "ping":
            continue
        number += 1
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
