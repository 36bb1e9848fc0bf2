# misconception: keeps-the-old-choice
def last_turn(request):
    if "tools" not in request:
        return request
    return {"tool_choice": {"type": "none"}, **request}
