# looks like: a list without its end shown as if it were whole
# try next: A list is a value as well: it has ended when its bracket closes.
import json
import re

KEY = re.compile(r'[\s{,]*("(?:[^"\\]|\\.)*")\s*:\s*')


def committed(text):
    fields, at = {}, 0
    while key := KEY.match(text, at):
        try:
            value, at = json.JSONDecoder().raw_decode(text, key.end())
        except ValueError:
            if text[key.end()] == "[":
                items, here = [], key.end() + 1
                while True:
                    try:
                        item, here = json.JSONDecoder().raw_decode(text, here)
                        items.append(item)
                        here = text.index('"', here)
                    except ValueError:
                        break
                fields[json.loads(key[1])] = items
            break
        if isinstance(value, int | float) and text[at:].lstrip()[:1] not in (",", "}"):
            break
        fields[json.loads(key[1])] = value
    return fields
