# misconception: changes-the-request
def last_turn(request):
    if "tools" not in request:
        return request
    request["tool_choice"] = {"type": "none"}
    return request
