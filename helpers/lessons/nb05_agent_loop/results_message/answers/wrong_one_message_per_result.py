# looks like: a message for each result: the API wants all results of a turn in the one message
#   that follows it
# try next: Collect the blocks in a list, and return one message around it.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use":
            results.append(result(block["id"], outcomes))
    return [{"role": "user", "content": [one]} for one in results]


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    if id not in outcomes:
        return {**block, "content": "cancelled", "is_error": True}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
