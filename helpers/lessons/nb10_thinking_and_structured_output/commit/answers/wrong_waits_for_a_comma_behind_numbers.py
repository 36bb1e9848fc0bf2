# looks like: a number that only a comma ends, so that the last field never comes
# try next: What else can stand after the last number of an object?
import json
import re

KEY = re.compile(r'[\s{,]*("(?:[^"\\]|\\.)*")\s*:\s*')
DECODER = json.JSONDecoder()


def committed(text):
    """Return a dict of the fields that can't change any more."""
    fields, at = {}, 0
    while key := KEY.match(text, at):
        try:
            value, at = DECODER.raw_decode(text, key.end())
        except ValueError:
            break  # this value has not ended
        if isinstance(value, int | float) and text[at:].lstrip()[:1] != ",":
            break  # the next digit may be on its way
        fields[json.loads(key[1])] = value
    return fields
