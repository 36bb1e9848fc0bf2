# misconception: starts-over
def replay_from(log, last_event_id):
    return [event for _, event in log]
