from collections import ChainMap


def usage_of(events):
    """The later counts lie in front of the earlier ones."""
    found = []
    for event in events:
        usage = event.get("usage") or event.get("message", {}).get("usage")
        if usage:
            found.insert(0, {key: value for key, value in usage.items() if value is not None})
    return dict(ChainMap(*found))
