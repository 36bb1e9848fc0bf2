# looks like: a refusal treated as an answer that was cut: nothing more would have come, even with a
#   higher limit
# try next: There is a stop reason for it, of its own.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason != "end_turn":
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
