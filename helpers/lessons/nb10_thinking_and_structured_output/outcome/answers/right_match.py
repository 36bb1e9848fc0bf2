import json


def outcome(text, fields, stop_reason, required):
    match stop_reason:
        case "refusal":
            return ("refused", {})
        case "max_tokens" | "model_context_window_exceeded" | None:
            return ("cut", fields)
    try:
        answer = json.loads(text)
        if isinstance(answer, dict) and all(name in answer for name in required):
            return ("done", answer)
    except json.JSONDecodeError:
        pass
    return ("invalid", fields)
