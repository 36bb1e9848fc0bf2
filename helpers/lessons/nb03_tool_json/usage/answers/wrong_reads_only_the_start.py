# looks like: the counts of `message_start` alone: it is written before the answer is
# try next: `message_delta`, near the end, has the later counts; take them too.
def usage_of(events):
    return dict(events[0]["message"]["usage"])
