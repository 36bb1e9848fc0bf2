def last_turn(request):
    request = dict(request)
    if "tools" in request:
        request["tool_choice"] = {"type": "none"}
    return request
