# looks like: the quote in \" treated as the end of the string
# try next: A backslash and the character after it belong together.
import json
import re

FIELD = re.compile(r'"([^"]*)"\s*:\s*("[^"]*"|(?:-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}])|\[[^\]]*\])')


def committed(text):
    return {name: (value[1:-1] if value[0] == '"' else json.loads(value)) for name, value in FIELD.findall(text)}
