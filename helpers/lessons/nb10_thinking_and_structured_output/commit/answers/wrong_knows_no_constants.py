# looks like: true, false or null missing, or in Python's words as text
# try next: Let the json module read the value, whatever kind it is.
import json
import re

FIELD = re.compile(r'"([^"]*)"\s*:\s*("(?:[^"\\]|\\.)*"|(?:-?\d[\d.eE+-]*)(?=\s*[,}])|\[[^\]]*\])')


def committed(text):
    return {name: json.loads(value) for name, value in FIELD.findall(text)}
