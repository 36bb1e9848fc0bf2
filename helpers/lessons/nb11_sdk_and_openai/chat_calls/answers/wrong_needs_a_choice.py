# looks like: a chunk that is expected to have a choice; the one that brings the usage has none
# try next: Loop over `chunk["choices"]`: it may be an empty list.
import json


def read_chat(chunks):
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        choice = chunk["choices"][0]
        if choice:
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                call = calls.setdefault(piece["index"], {"arguments": ""})
                if "id" in piece:
                    call |= {"id": piece["id"], "name": piece["function"]["name"]}
                call["arguments"] += piece["function"].get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    whole = [{**c, "arguments": json.loads(c["arguments"] or "{}")} for c in calls.values()]
    return text, whole, finish_reason
