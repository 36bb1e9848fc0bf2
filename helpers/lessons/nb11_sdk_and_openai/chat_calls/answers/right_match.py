import json


def read_chat(chunks):
    texts, calls, reasons = [], {}, [None]
    for chunk in chunks:
        match chunk:
            case {"choices": [{"delta": delta, "finish_reason": reason}, *_]}:
                texts.append(delta.get("content") or "")
                reasons += [reason] if reason else []
                for piece in delta.get("tool_calls", ()):
                    calls.setdefault(piece["index"], []).append(piece)
    done = reasons[-1] == "tool_calls"
    return "".join(texts), [whole(calls[key]) for key in sorted(calls) if done], reasons[-1]


def whole(pieces):
    raw = "".join(piece["function"]["arguments"] for piece in pieces)
    first = pieces[0]
    arguments = json.loads(raw) if raw else {}
    return {"id": first["id"], "name": first["function"]["name"], "arguments": arguments}
