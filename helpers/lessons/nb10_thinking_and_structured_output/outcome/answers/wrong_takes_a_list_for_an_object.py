# looks like: a list that holds the names treated as an object that has them: `in` asks both
# try next: Ask `isinstance(answer, dict)` before you look for names.
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
    if any(name not in answer for name in required):
        return "invalid", fields
    return "done", answer
