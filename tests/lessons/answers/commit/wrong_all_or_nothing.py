# misconception: all-or-nothing
import json


def committed(text):
    if text.endswith('"'):
        text += "}"
    try:
        return json.loads(text)
    except ValueError:
        return {}
