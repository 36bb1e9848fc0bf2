from json import loads


def read_chat(chunks):
    text, calls, finish_reason = "", [], None
    for chunk in chunks:
        if not chunk["choices"]:
            continue
        choice = chunk["choices"][0]
        finish_reason = choice["finish_reason"]
        if choice["delta"].get("content"):
            text += choice["delta"]["content"]
        for piece in choice["delta"].get("tool_calls", []):
            while len(calls) <= piece["index"]:
                calls.append({"id": "", "name": "", "arguments": ""})
            call, function = calls[piece["index"]], piece["function"]
            call["id"] += piece.get("id", "")
            call["name"] += function.get("name", "")
            call["arguments"] += function.get("arguments", "")
    if finish_reason != "tool_calls":
        calls = []
    for call in calls:
        call["arguments"] = loads(call["arguments"] or "{}")
    return text, calls, finish_reason
