# looks like: an earlier choice that wins over yours
# try next: In `{**a, **b}` the later one counts. Put your choice after the request.
def last_turn(request):
    if "tools" not in request:
        return request
    return {"tool_choice": {"type": "none"}, **request}
