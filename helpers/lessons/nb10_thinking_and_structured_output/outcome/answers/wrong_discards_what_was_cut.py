# looks like: fields taken away that somebody has read: they had committed, and the form says that
#   the rest is missing
# try next: Give the fields along with "cut".
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in (None, "max_tokens", "model_context_window_exceeded"):
        return "cut", {}
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
