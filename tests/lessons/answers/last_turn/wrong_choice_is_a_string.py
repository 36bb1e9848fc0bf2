# misconception: choice-is-a-string
def last_turn(request):
    if "tools" not in request:
        return request
    return {**request, "tool_choice": "none"}
