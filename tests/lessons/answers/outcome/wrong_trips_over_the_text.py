# misconception: trips-over-the-text
import json


def outcome(text, fields, stop_reason, required):
    answer = json.loads(text)
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason != "end_turn":
        return "cut", fields
    return "done", answer
