# looks like: the first `message_delta` treated as the last one
# try next: Go through all events before you return.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            usage.update(event["message"]["usage"])
        elif event["type"] == "message_delta":
            for name, count in event["usage"].items():
                if count is not None:
                    usage[name] = count
            return usage
    return usage
