# looks like: an exception at a text that isn't complete: here, none is until the last one
# try next: Catch what the parser raises (ValueError), and stop there: what came before it counts.
import json
import re

KEY = re.compile(r'[\s{,]*("(?:[^"\\]|\\.)*")\s*:\s*')


def committed(text):
    fields, at = {}, 0
    while key := KEY.match(text, at):
        value, at = json.JSONDecoder().raw_decode(text, key.end())
        if isinstance(value, int | float) and text[at:].lstrip()[:1] not in (",", "}"):
            break
        fields[json.loads(key[1])] = value
    return fields
