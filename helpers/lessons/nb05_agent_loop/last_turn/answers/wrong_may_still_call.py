# looks like: a choice that leaves the calls to the model: `auto` is what it has without any
# try next: The type that forbids calls is `"none"`.
def last_turn(request):
    if "tools" not in request:
        return request
    return {**request, "tool_choice": {"type": "auto"}}
