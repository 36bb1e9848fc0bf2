# looks like: commas and braces that belong to a text treated as those between fields
# try next: Inside of quotes everything is text. Find the end of the string first.
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
