# looks like: a stream without a stop reason treated as one that ended by itself: it broke off
# try next: None is a way to be cut, too.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in ("max_tokens", "model_context_window_exceeded"):
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
