# looks like: nothing until everything is there: the form stays empty till the end
# try next: Read the fields one after the other, and keep those that are complete.
#   `json.JSONDecoder().raw_decode(text, start)` reads one value and says where it ends.
import json


def committed(text):
    try:
        return json.loads(text)
    except ValueError:
        return {}
