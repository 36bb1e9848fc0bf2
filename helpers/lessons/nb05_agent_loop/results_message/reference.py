import json


def results_message(content, outcomes):
    """Return the user message that answers the calls among an assistant's blocks.

    outcomes: a dict. Key: a call's id. Value: what its tool returned, or the exception that
        it raised. The call of a cancelled tool has no entry.
    """
    results = []
    for block in content:
        if block["type"] != "tool_use":
            continue
        outcome = outcomes.get(block["id"], RuntimeError("cancelled before it finished"))
        failed = isinstance(outcome, BaseException)
        if failed:
            outcome = f"{type(outcome).__name__}: {outcome}"
        elif not isinstance(outcome, str):
            outcome = json.dumps(outcome, ensure_ascii=False)
        result = {"type": "tool_result", "tool_use_id": block["id"], "content": outcome}
        results.append({**result, "is_error": True} if failed else result)
    return {"role": "user", "content": results}
