def last_turn(request):
    """Return the request for a turn in which the model can't call tools any more."""
    if not request.get("tools"):
        return request
    return {**request, "tool_choice": {"type": "none"}}
