# looks like: a number that became a string on the way
# try next: Let the json module make the value: it knows the kinds.
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
        fields[json.loads(key[1])] = value if isinstance(value, (str, list, bool)) else str(value)
    return fields
