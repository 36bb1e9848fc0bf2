# looks like: a message that says something before its results: the API looks for them at its
#   start, and finds none
# try next: Put the `tool_result` blocks first, and nothing else.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use":
            results.append(result(block["id"], outcomes))
    return {"role": "user", "content": [{"type": "text", "text": "Results:"}, *results]}


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    if id not in outcomes:
        return {**block, "content": "cancelled", "is_error": True}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
