# looks like: a fragment of a call that is not yours, added to a buffer that was never made
# try next: Every call sends fragments, also one that the API runs itself. Take those of your own.
import json


def inputs_of(events):
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    buffers[index] = ""
            case {"index": index, "delta": {"partial_json": fragment}}:
                buffers[index] += fragment
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = json.loads(buffers[index] or "{}")
    return inputs
