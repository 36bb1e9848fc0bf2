# misconception: takes-the-tools-away
def last_turn(request):
    return {name: value for name, value in request.items() if name != "tools"}
