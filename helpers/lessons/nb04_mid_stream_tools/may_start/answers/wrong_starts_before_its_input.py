# looks like: a start before the block is closed: a part of the input is still to come
# try next: Nothing can be called before its input is there. Wait for the block's stop, and then
#   for one thing more.
def may_start(events):
    return {
        event["index"]: number
        for number, event in enumerate(events)
        if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use"
    }
