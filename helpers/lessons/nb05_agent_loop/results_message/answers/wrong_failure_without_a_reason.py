# looks like: a failure that doesn't say what went wrong, so the same call will come again
# try next: Put the exception's text into `content`, as a string.
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
        return {**block, "content": "failed", "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
