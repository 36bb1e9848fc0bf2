# looks like: a minus that is treated as a number, though no digit has come yet
# try next: Wait for what ends the number: a comma, or the closing brace.
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
            if text[key.end() :].startswith("-"):
                fields[json.loads(key[1])] = 0
            break  # this value has not ended
        if isinstance(value, int | float) and text[at:].lstrip()[:1] not in (",", "}"):
            break  # the next digit may be on its way
        fields[json.loads(key[1])] = value
    return fields
