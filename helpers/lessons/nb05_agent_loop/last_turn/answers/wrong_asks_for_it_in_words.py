# looks like: a request in words: the model may follow them or not, and text after results teaches
#   it to stop early
# try next: Leave the messages alone; `tool_choice` can't be overlooked.
def last_turn(request):
    if "tools" not in request:
        return request
    note = {"role": "user", "content": "Answer now, without tools."}
    return {**request, "messages": [*request["messages"], note]}
