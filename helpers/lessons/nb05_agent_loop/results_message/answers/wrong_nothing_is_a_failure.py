# looks like: an outcome that is empty or zero, treated as none at all
# try next: `0` and `''` are answers. Ask whether the id is there, not whether its value is true.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use":
            results.append(result(block["id"], outcomes))
    return {"role": "user", "content": results}


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    if not outcomes.get(id):
        return {**block, "content": "cancelled", "is_error": True}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
