# looks like: a choice where there is nothing to choose from, which some servers refuse
# try next: Ask first whether the request has tools.
def last_turn(request):
    return {**request, "tool_choice": {"type": "none"}}
