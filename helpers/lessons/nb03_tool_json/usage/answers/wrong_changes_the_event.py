# looks like: counts written into the event's own dict, which others read as well
# try next: Begin with a dict of your own: `{**counts}` makes one.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            usage = event["message"]["usage"]
        elif event["type"] == "message_delta":
            usage.update(event["usage"])
    return usage
