# looks like: fields left on the screen that the API asks to discard: the model has declined to say
#   them
# try next: A refusal leaves nothing: an empty dict.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", fields
    if stop_reason in (None, "max_tokens", "model_context_window_exceeded"):
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
