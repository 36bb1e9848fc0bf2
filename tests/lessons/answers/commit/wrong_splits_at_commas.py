# misconception: splits-at-commas
import json


def committed(text):
    fields = {}
    pieces = text.strip("{}").split(",")
    if not text.endswith(("}", '"')):
        pieces.pop()
    for piece in pieces:
        name, _, value = piece.partition(":")
        try:
            fields[json.loads(name)] = json.loads(value)
        except ValueError:
            pass
    return fields
