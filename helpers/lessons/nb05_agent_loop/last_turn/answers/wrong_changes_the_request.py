# looks like: a choice written into the caller's own dict: from now on every turn is the last one
# try next: Return a new dict: `{**request, ...}`.
def last_turn(request):
    if "tools" not in request:
        return request
    request["tool_choice"] = {"type": "none"}
    return request
