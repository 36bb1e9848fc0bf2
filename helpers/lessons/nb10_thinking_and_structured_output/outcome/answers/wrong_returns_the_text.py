# looks like: the JSON as text; the object was asked for
# try next: Return what `json.loads` has made of it.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in (None, "max_tokens", "model_context_window_exceeded"):
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", text
