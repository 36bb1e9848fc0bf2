# looks like: a fragment given to a JSON parser before the rest of it has come
# try next: Only collect while the block is open, and parse at its stop.
import json


def inputs_of(events):
    inputs = {}
    for event in events:
        match event:
            case {"index": index, "delta": {"partial_json": fragment}} if fragment:
                inputs[index] = json.loads(fragment)
    return inputs
