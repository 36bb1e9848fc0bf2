# looks like: an input that couldn't be read and was treated as an empty one: the tool would run
#   without its arguments
# try next: Look at what was given to the parser when it failed; catching the error hides the bug
#   and keeps it.
import json


def inputs_of(events):
    inputs, buffer = {}, ""
    for event in events:
        match event:
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if buffer:
                try:
                    inputs[index] = json.loads(buffer)
                except ValueError:
                    inputs[index] = {}
    return inputs
