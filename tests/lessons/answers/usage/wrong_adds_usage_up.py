# misconception: adds-usage-up
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
