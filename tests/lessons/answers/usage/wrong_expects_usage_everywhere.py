# misconception: expects-usage-everywhere
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            event = event["message"]
        usage.update(event["usage"])
    return usage
