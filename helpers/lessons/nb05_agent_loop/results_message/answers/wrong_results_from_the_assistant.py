# looks like: results that the assistant brings: it made the calls, and the user answers them
# try next: The role of the message with the results is `user`.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use":
            results.append(result(block["id"], outcomes))
    return {"role": "assistant", "content": results}


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    if id not in outcomes:
        return {**block, "content": "cancelled", "is_error": True}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
