# looks like: a buffer that is cleared when another block starts, although its own block is still
#   open
# try next: Keep the buffers in a dict: `buffers[index]`.
import json


def inputs_of(events):
    inputs, buffer, is_tool = {}, "", False
    for event in events:
        match event:
            case {"type": "content_block_start", "content_block": block}:
                buffer, is_tool = "", block["type"] == "tool_use"
            case {"delta": {"type": "input_json_delta", "partial_json": fragment}}:
                buffer += fragment
            case {"type": "content_block_stop", "index": index} if is_tool:
                inputs[index] = json.loads(buffer or "{}")
    return inputs
