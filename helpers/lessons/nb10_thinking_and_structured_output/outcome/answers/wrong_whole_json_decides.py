# looks like: whole JSON treated as a whole answer, whatever the stop reason says
# try next: Look at the stop reason first, and parse only where it says that the answer is whole.
import json


def outcome(text, fields, stop_reason, required):
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and set(required) <= set(answer):
        return "done", answer
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in ("max_tokens", "model_context_window_exceeded", None):
        return "cut", fields
    return "invalid", fields
