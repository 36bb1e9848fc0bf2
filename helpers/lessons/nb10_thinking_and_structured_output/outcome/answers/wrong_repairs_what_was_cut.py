# looks like: brackets closed by you: half a recipe that looks like a whole one
# try next: The stop reason says that there would have been more. Believe it, whatever can be made
#   of the text.
import json


def outcome(text, fields, stop_reason, required):
    if stop_reason == "refusal":
        return "refused", {}
    for ending in ("", "}", "]}", '"}', '"]}'):
        try:
            return "done", json.loads(text + ending)
        except ValueError:
            pass
    return "invalid", fields
