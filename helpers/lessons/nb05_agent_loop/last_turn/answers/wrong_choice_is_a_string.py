# looks like: a choice as a string, as another API has it
# try next: It is an object with a `type`: `{"type": "none"}`.
def last_turn(request):
    if "tools" not in request:
        return request
    return {**request, "tool_choice": "none"}
