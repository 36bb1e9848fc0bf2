import json


def inputs_of(events):
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": i, "content_block": {"type": "tool_use"}}:
                inputs[i], buffers[i] = {}, ""
            case {"index": i, "delta": {"partial_json": fragment}} if i in buffers:
                buffers[i] += fragment
            case {"type": "content_block_stop", "index": i}:
                if buffers.get(i):
                    inputs[i] = json.loads(buffers[i])
    return inputs
