def last_turn(request):
    match request:
        case {"tools": [_, *_]}:
            return request | {"tool_choice": dict(type="none")}
        case _:
            return {**request}
