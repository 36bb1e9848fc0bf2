import json


def committed(text):
    """Cut at each comma, from the last one, and close what is before it."""
    if text.rstrip().endswith("}"):
        try:
            return json.loads(text)
        except ValueError:
            pass
    if text.endswith(('"', "]")):  # a value that has ended without a comma, or a key
        try:
            return json.loads(text + "}")
        except ValueError:
            pass
    for at in range(len(text) - 1, 0, -1):
        if text[at] == ",":
            try:
                return json.loads(text[:at] + "}")
            except ValueError:
                pass
    return {}
