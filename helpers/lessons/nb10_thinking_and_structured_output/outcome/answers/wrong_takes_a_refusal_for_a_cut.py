# looks like: a refusal taken for an answer that was cut: nothing would have come, however high the
#   limit
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
