# misconception: choice-without-tools
def last_turn(request):
    return {**request, "tool_choice": {"type": "none"}}
