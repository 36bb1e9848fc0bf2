import json

MISSING = object()


def results_message(content, outcomes):
    def block(id):
        match outcomes.get(id, MISSING):
            case BaseException() as error:
                text, failed = str(error) or type(error).__name__, True
            case str() as text:
                failed = False
            case value if value is MISSING:
                text, failed = "The tool was cancelled.", True
            case value:
                text, failed = json.dumps(value, indent=1), False
        return {"type": "tool_result", "tool_use_id": id, "content": text, "is_error": failed}

    calls = [block["id"] for block in content if block["type"] == "tool_use"]
    return dict(role="user", content=[block(id) for id in calls])
