# looks like: a call dropped because it has no arguments
# try next: It is still a call, with an empty object.
import json


def read_chat(chunks):
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        for choice in chunk["choices"]:
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
    whole = [{**c, "arguments": json.loads(c["arguments"] or "{}")} for c in calls.values() if c["arguments"]]
    return text, whole, finish_reason
