# misconception: repairs-what-was-cut
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
