# looks like: the input that the block starts with: it is empty there, whatever comes later
# try next: The input comes in the deltas. Collect those, and parse them at the stop.
def inputs_of(events):
    inputs = {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    inputs[index] = block["input"]
    return inputs
