# misconception: all-or-nothing
import json


def committed(text):
    try:
        return json.loads(text)
    except ValueError:
        return {}
