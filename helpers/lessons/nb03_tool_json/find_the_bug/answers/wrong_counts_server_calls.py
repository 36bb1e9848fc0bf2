# looks like: a call of the API's own among yours: it has run already, and not here
# try next: Look at the type of the block: only `tool_use` is for your own tools.
import json


def inputs_of(events):
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if "input" in block:
                    buffers[index] = ""
            case {"index": index, "delta": {"partial_json": fragment}}:
                buffers[index] += fragment
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = json.loads(buffers[index] or "{}")
    return inputs
