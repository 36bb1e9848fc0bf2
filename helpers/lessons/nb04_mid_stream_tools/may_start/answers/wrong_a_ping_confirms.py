# looks like: any next event treated as a sign: a ping comes from the server's clock, not from the
#   model
# try next: Name the events that confirm, and let the others pass.
def may_start(events):
    calls, closed, starts = set(), [], {}
    for number, event in enumerate(events):
        for index in closed:
            starts[index] = number
        closed = []
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.add(index)
            case {"type": "content_block_stop", "index": index} if index in calls:
                closed.append(index)
    return starts
