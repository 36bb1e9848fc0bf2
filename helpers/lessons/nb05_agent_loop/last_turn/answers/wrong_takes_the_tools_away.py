# looks like: a request without its tools: the calls in its history are now calls of nothing, and a
#   cached prompt, which begins with the tools, is void
# try next: Leave the tools where they are. `tool_choice` says what the model may do with them.
def last_turn(request):
    return {name: value for name, value in request.items() if name != "tools"}
