# misconception: changes-the-event
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            usage = event["message"]["usage"]
        elif event["type"] == "message_delta":
            usage.update(event["usage"])
    return usage
