import json


def committed(text):
    fields = {}
    depth, start, key, in_string, escaped = 0, None, None, False, False
    for at, sign in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == '"':
                in_string = False
                if depth == 1 and key is None:
                    key, start = json.loads(text[start : at + 1]), None
                elif depth == 1:
                    fields[key] = json.loads(text[start : at + 1])
                    key, start = None, "done"
            continue
        if sign in ",}" and depth == 1:
            if key is not None and start not in (None, "done"):
                fields[key] = json.loads(text[start:at])
            key, start = None, None
        if sign in "}]":
            depth -= 1
        if sign == '"':
            in_string = True
            if depth == 1:
                start = at
        elif sign not in "{}[],: \t\n" and depth == 1 and start is None:
            start = at
        elif sign in "[{":
            if depth == 1:
                start = at
            depth += 1
    return fields
