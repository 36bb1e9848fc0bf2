# misconception: reads-only-the-start
def usage_of(events):
    return dict(events[0]["message"]["usage"])
