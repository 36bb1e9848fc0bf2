# misconception: may-still-call
def last_turn(request):
    if "tools" not in request:
        return request
    return {**request, "tool_choice": {"type": "auto"}}
