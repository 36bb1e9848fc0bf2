# looks like: a call that is lost because nothing was sent for its input: it wants to run as much
#   as the others do
# try next: Decide by the type of the block, from `content_block_start`, and not by whether text
#   came for it.
import json


def inputs_of(events):
    inputs, buffer = {}, ""
    for event in events:
        match event:
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if buffer:
                inputs[index] = json.loads(buffer)
                buffer = ""
    return inputs
