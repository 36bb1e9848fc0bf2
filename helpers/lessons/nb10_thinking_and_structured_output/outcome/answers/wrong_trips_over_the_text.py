# looks like: a text that isn't JSON, given to `json.loads` without an `except`: where it raises,
#   nobody learns how the answer ended
# try next: ValueError is what it raises. And ask first whether there is any need to parse.
import json


def outcome(text, fields, stop_reason, required):
    answer = json.loads(text)
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason != "end_turn":
        return "cut", fields
    return "done", answer
