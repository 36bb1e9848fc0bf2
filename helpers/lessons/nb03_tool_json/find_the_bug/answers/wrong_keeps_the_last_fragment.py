# looks like: a fragment that takes the place of the one before it
# try next: Put each fragment after those that have come.
import json


def inputs_of(events):
    """Return the input of each tool call, by the index of its block."""
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    buffers[index] = ""
            case {"index": index, "delta": {"partial_json": fragment}} if index in buffers:
                buffers[index] = fragment
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = json.loads(buffers[index] or "{}")
    return inputs
