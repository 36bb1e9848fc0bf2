# misconception: knows-no-constants
import json
import re

FIELD = re.compile(r'"([^"]*)"\s*:\s*("(?:[^"\\]|\\.)*"|(?:-?\d[\d.eE+-]*)(?=\s*[,}])|\[[^\]]*\])')


def committed(text):
    return {name: json.loads(value) for name, value in FIELD.findall(text)}
