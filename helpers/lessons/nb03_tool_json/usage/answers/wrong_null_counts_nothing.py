# looks like: a null that is treated as 0: it takes away what was counted before
# try next: A null says nothing. Keep the count that is there.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            usage.update(event["message"]["usage"])
        elif event["type"] == "message_delta":
            for name, count in event["usage"].items():
                usage[name] = count or 0
    return usage
