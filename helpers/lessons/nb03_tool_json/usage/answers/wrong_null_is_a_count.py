# looks like: a null treated as a count: it says that the server has nothing to add
# try next: Skip a value that is `None`, so that the count from before stays.
def usage_of(events):
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}} | {"usage": counts}:
                usage.update(counts)
    return usage
