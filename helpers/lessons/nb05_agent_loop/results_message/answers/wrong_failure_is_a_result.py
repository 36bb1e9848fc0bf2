# looks like: a failure that looks like a result: the model treats its text as what the tool found
# try next: Add `is_error: True` to this block.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use":
            results.append(result(block["id"], outcomes))
    return {"role": "user", "content": results}


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    if id not in outcomes:
        return {**block, "content": "cancelled", "is_error": True}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value)}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
