# looks like: a text that was completed by you: half a word with a quote after it looks like a
#   complete word
# try next: Add nothing. Ask of each value whether its end has come.
import json


def committed(text):
    for ending in ("", "}", '"}', "]}", '"]}'):
        try:
            return json.loads(text + ending)
        except ValueError:
            pass
    return {}
