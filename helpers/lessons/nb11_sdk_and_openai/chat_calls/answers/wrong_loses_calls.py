# looks like: calls that have come and aren't returned
# try next: Print what each chunk adds, and find the one that is lost.
import json


def read_chat(chunks):
    text, call, finish_reason = "", None, None
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                function = piece["function"]
                if "id" in piece:
                    call = {"id": piece["id"], "name": function["name"], "arguments": ""}
                call["arguments"] += function.get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    call["arguments"] = json.loads(call["arguments"] or "{}")
    return text, [call], finish_reason
