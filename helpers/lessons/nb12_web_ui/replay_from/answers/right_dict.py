import re


def replay_from(log, last_event_id):
    if last_event_id and not re.fullmatch("[0-9]+", last_event_id):
        return None
    events = dict(log)
    last = int(last_event_id) if last_event_id else 0
    end = max(events, default=0)
    if last > end:
        return None
    wanted = range(last + 1, end + 1)
    return [events[id] for id in wanted] if all(id in events for id in wanted) else None
