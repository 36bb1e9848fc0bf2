# looks like: a tool's failure that ends the agent: the model could have corrected its call if it
#   had known of the failure
# try next: A tool that failed is a result like any other, with `is_error`. So is one that never
#   finished: look outcomes up with `.get`.
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
        raise value
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
