# looks like: an empty string given to a JSON parser: a call without arguments sends no JSON at all
# try next: No fragment, or only empty ones, means an empty object.
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
                inputs[index] = json.loads(buffers[index])
    return inputs
