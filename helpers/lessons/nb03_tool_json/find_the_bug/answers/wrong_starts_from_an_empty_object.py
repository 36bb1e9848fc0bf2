# looks like: a buffer that begins with `{}`, so that the input stands after a whole object
# try next: Begin with the empty string: the fragments bring the braces, too.
import json


def inputs_of(events):
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    buffers[index] = json.dumps(block["input"])
            case {"index": index, "delta": {"partial_json": fragment}} if index in buffers:
                buffers[index] += fragment
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = json.loads(buffers[index])
    return inputs
