# looks like: the choice without the request that it belongs to
# try next: Return the whole request, and the choice in it.
def last_turn(request):
    if "tools" not in request:
        return request
    return {"tool_choice": {"type": "none"}}
