# looks like: an object that nobody sent, in place of arguments that could not be read
# try next: Let the error out, or give None. The tool must not run with other arguments.
import json


def read_chat(chunks):
    """Return the text of a streamed chat completion, its calls, and its finish_reason."""
    text, calls, finish_reason = "", {}, None
    for chunk in chunks:
        for choice in chunk["choices"]:  # the one with the usage has none
            delta = choice["delta"]
            text += delta.get("content") or ""
            finish_reason = choice["finish_reason"] or finish_reason
            for piece in delta.get("tool_calls") or []:
                # Only the first piece of a call has its id and its name; all have its index.
                call = calls.setdefault(piece["index"], {"arguments": ""})
                if "id" in piece:
                    call |= {"id": piece["id"], "name": piece["function"]["name"]}
                call["arguments"] += piece["function"].get("arguments") or ""
    if finish_reason != "tool_calls":
        return text, [], finish_reason
    for call in calls.values():
        try:
            call["arguments"] = json.loads(call["arguments"] or "{}")
        except ValueError:
            call["arguments"] = {}
    return text, [*calls.values()], finish_reason
