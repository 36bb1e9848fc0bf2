# misconception: null-is-a-count
def usage_of(events):
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}} | {"usage": counts}:
                usage.update(counts)
    return usage
