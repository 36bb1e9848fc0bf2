# looks like: one buffer for all blocks, so that the second input is stuck to the first
# try next: Give each block a buffer of its own, found by the block's index.
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
