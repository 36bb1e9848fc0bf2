# looks like: a call that gets no result because its tool had none: the API then refuses the whole
#   conversation, from here on
# try next: Go by the calls, not by the outcomes: each call gets a block, with `is_error` if there
#   is nothing better to say.
import json


def results_message(content, outcomes):
    results = []
    for block in content:
        if block["type"] == "tool_use" and block["id"] in outcomes:
            results.append(result(block["id"], outcomes))
    return {"role": "user", "content": results}


def result(id, outcomes):
    block = {"type": "tool_result", "tool_use_id": id}
    value = outcomes[id]
    if isinstance(value, Exception):
        return {**block, "content": repr(value), "is_error": True}
    return {**block, "content": value if isinstance(value, str) else json.dumps(value)}
