# looks like: a number without anything after it treated as a whole one: the next digit may be on
#   its way
# try next: A string says where it ends, a number doesn't. What has to stand after it?
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
        fields[json.loads(key[1])] = value
    return fields
