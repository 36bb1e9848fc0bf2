# misconception: asks-for-it-in-words
def last_turn(request):
    if "tools" not in request:
        return request
    note = {"role": "user", "content": "Answer now, without tools."}
    return {**request, "messages": [*request["messages"], note]}
