# looks like: a piece of JSON that is parsed before the others have come
# try next: Join the pieces as text, and parse once, when all are there.
import json


def read_chat(chunks):
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                call = calls.setdefault(piece["index"], {"arguments": {}})
                if "id" in piece:
                    call |= {"id": piece["id"], "name": piece["function"]["name"]}
                raw = piece["function"].get("arguments")
                call["arguments"] |= json.loads(raw) if raw else {}
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    whole = [c for c in calls.values()]
    return text, whole, finish_reason
