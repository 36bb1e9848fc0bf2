# looks like: the text parsed before anybody has asked how it ended: it is no bad JSON, it is
#   something else
# try next: Look at the stop reason first. Only an answer that has ended by itself is worth
#   parsing.
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
