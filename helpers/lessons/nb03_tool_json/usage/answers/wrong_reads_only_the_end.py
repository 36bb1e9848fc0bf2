# looks like: a dict that replaces the one before it: `message_delta` may leave out what hasn't
#   changed, such as the tokens of the prompt
# try next: Keep the counts of `message_start`, and put the later ones over them one by one.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_delta":
            usage = event["usage"]
    return usage
