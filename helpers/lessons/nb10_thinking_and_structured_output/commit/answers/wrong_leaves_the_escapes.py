# looks like: a text as it is on the wire, with its backslashes
# try next: `json.loads` of the string, with its quotes, gives what was meant.
import json
import re

FIELD = re.compile(r'"([^"]*)"\s*:\s*("(?:[^"\\]|\\.)*"|(?:-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}])|\[[^\]]*\])')


def committed(text):
    return {name: (value[1:-1] if value[0] == '"' else json.loads(value)) for name, value in FIELD.findall(text)}
