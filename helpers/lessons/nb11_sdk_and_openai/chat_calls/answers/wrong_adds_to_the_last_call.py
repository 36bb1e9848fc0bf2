# looks like: pieces that are added to the call that was opened last
# try next: A piece says by its `index` which call it continues.
import json


def read_chat(chunks):
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                if "id" in piece:
                    call = calls.setdefault(piece["id"], {"arguments": ""})
                    call |= {"id": piece["id"], "name": piece["function"]["name"]}
                call["arguments"] += piece["function"].get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    whole = [{**c, "arguments": json.loads(c["arguments"] or "{}")} for c in calls.values()]
    return text, whole, finish_reason
