def usage_of(events):
    """Return the counts of tokens of one answer, as a dict."""
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}}:
                usage |= counts
            case {"type": "message_delta", "usage": counts}:
                usage |= {name: count for name, count in counts.items() if count is not None}
    return usage
