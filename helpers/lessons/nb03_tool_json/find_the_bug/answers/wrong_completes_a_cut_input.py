# looks like: an input that was cut, and completed by a parser for parts: a tool would run with half
#   a value
# try next: A partial parser is for eyes. Parse whole what is going to run.
from jiter import from_json


def inputs_of(events):
    inputs, buffers = {}, {}
    for event in events:
        match event:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                if block["type"] == "tool_use":
                    buffers[index] = b""
            case {"index": index, "delta": {"partial_json": fragment}} if index in buffers:
                buffers[index] += fragment.encode()
            case {"type": "content_block_stop", "index": index} if index in buffers:
                inputs[index] = from_json(buffers[index] or b"{}", partial_mode="trailing-strings")
    return inputs
