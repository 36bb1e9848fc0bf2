import json


def outcome(text, fields, stop_reason, required):
    """Return (state, what a form may show now), when an answer has ended."""
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
    return "done", answer
