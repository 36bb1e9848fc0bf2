# looks like: the largest count kept, where the newest holds
# try next: A later count takes the place of the one before it, also if it is smaller.
def usage_of(events):
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}} | {"usage": counts}:
                for name, count in counts.items():
                    usage[name] = max(count or 0, usage.get(name, 0))
    return usage
