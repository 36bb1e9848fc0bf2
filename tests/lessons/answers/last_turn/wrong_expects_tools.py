# misconception: expects-tools
def last_turn(request):
    if request["tools"]:
        return {**request, "tool_choice": {"type": "none"}}
    return request
