import json


def inputs_of(events):
    """Return the input of each tool call, by the index of its block."""
    inputs, buffer = {}, ""
    for event in events:
        match event:
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if buffer:
                inputs[index] = json.loads(buffer)
    return inputs
