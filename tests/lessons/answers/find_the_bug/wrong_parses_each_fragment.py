# misconception: parses-each-fragment
import json


def inputs_of(events):
    inputs = {}
    for event in events:
        match event:
            case {"index": index, "delta": {"partial_json": fragment}} if fragment:
                inputs[index] = json.loads(fragment)
    return inputs
