# looks like: a start at `content_block_stop`: a reply that is cut off closes its last block, too,
#   so the stop alone proves nothing
# try next: At the stop, only note that the block is closed. Start at the event that shows that the
#   model went on.
def may_start(events):
    calls, starts = set(), {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "tool_use"}}:
                calls.add(index)
            case {"type": "content_block_stop", "index": index} if index in calls:
                starts[index] = number
    return starts
