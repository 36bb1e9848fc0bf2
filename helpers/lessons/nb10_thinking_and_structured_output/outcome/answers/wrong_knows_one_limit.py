# looks like: max_tokens treated as the only limit: the context window is another
# try next: Two stop reasons say that there would have been more.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in (None, "max_tokens"):
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
