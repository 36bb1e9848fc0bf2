# looks like: the tokens of the prompt as the start says them, though they were counted again later
# try next: A later usage may bring any count, not only `output_tokens`. Take all that it has.
def usage_of(events):
    usage = {}
    for event in events:
        if event["type"] == "message_start":
            usage.update(event["message"]["usage"])
        elif event["type"] == "message_delta":
            usage["output_tokens"] = event["usage"]["output_tokens"]
    return usage
