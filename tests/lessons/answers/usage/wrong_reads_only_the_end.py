# misconception: reads-only-the-end
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_delta":
            usage = event["usage"]
    return usage
