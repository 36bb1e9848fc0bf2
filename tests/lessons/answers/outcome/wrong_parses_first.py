# misconception: parses-first
import json


def outcome(text, fields, stop_reason, required):
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in (None, "max_tokens", "model_context_window_exceeded"):
        return "cut", fields
    return "done", answer
