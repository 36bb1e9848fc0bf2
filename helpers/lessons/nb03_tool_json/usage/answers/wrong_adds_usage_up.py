# looks like: counts that are added up: each event says how many tokens there are by then, so a sum
#   counts the early ones again
# try next: Let a new count take the place of the one before it.
from collections import Counter


def usage_of(events):
    total = Counter()
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": usage}}:
                total.update(usage)
            case {"type": "message_delta", "usage": usage}:
                total.update(usage)
    return dict(total)
