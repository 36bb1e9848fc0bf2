# looks like: a request taken to have tools
# try next: `request.get('tools')`
def last_turn(request):
    if request["tools"]:
        return {**request, "tool_choice": {"type": "none"}}
    return request
