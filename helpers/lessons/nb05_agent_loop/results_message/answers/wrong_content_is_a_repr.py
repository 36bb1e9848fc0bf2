# looks like: Python's own way to write a dict: quotes and names that are no JSON, which the model
#   has to guess at
# try next: `json.dumps(value)` in place of `str(value)`.
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
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": str(value)}
