# looks like: the last field missing: after it stands a brace and no comma
# try next: Both of them end a value.
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
        if not isinstance(value, str) and text[at:].lstrip()[:1] != ",":
            break
        fields[json.loads(key[1])] = value
    return fields
