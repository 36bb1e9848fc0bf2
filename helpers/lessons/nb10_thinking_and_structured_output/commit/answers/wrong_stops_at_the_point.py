# looks like: a number that was read as far as it made sense: after the 1 stands a point, and a
#   point isn't the end of a number
# try next: Only a comma or a closing bracket ends it, maybe after some space.
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
        if isinstance(value, int | float) and at == len(text):
            break
        fields[json.loads(key[1])] = value
    return fields
