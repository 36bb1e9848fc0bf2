# misconception: completes-what-is-cut
import json


def committed(text):
    for ending in ("", "}", '"}', "]}", '"]}'):
        try:
            return json.loads(text + ending)
        except ValueError:
            pass
    return {}
