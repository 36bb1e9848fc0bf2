# looks like: a number that ends at its exponent; 1e3 is a thousand
# try next: Ask what ends a number, not what may go on in it: there are two such signs.
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
        if isinstance(value, int | float) and text[at:].lstrip()[:1] in ("", "."):
            break  # the next digit may be on its way
        fields[json.loads(key[1])] = value
    return fields
