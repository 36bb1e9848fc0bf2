# looks like: a field asked for in an event that doesn't have it: most events say nothing about
#   tokens
# try next: Look at `type` first. Two types carry a usage, and in one of them it is inside
#   `message`.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            event = event["message"]
        usage.update(event["usage"])
    return usage
