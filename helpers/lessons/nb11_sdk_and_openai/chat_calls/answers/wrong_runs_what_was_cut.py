# looks like: a call that is returned although the answer was cut
# try next: There are calls if the finish_reason is "tool_calls", and else none.
import json


def loaded(raw):
    for end in ("", "}", ': null}'):
        try:
            return json.loads((raw or "{}") + end)
        except ValueError:
            pass


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
    whole = [{**c, "arguments": loaded(c["arguments"])} for c in calls.values()]
    return text, whole, finish_reason
