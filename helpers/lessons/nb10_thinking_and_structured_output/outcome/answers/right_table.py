import json


STATES = {"refusal": "refused", "end_turn": "", "stop_sequence": ""}


def outcome(text, fields, stop_reason, required):
    state = STATES.get(stop_reason, "cut")
    if state:
        return [state, {} if state == "refused" else fields]
    try:
        answer = json.loads(text)
        if type(answer) is dict and not set(required) - set(answer):
            return ["done", answer]
        return ["invalid", fields]
    except ValueError:
        return ["invalid", fields]
