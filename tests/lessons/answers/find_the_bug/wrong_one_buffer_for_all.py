# misconception: one-buffer-for-all
import json


def inputs_of(events):
    inputs, buffer = {}, ""
    for event in events:
        match event:
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if buffer.endswith("}"):
                inputs[index] = json.loads(buffer)
    return inputs
