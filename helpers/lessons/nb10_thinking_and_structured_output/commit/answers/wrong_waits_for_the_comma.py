# looks like: a string that waits for what stands after it: its end was its quote
# try next: Only some kinds of values need to see what follows. Which?
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
        if text[at:].lstrip()[:1] not in (",", "}"):
            break
        fields[json.loads(key[1])] = value
    return fields
