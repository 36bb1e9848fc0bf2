# looks like: an end treated as a confirmation whatever its reason: with `max_tokens` the last input
#   may be cut, even where it parses
# try next: At `message_delta`, look at `stop_reason`: one value says that the model wants its tools
#   to run.
def may_start(events):
    calls, closed, starts = set(), [], {}
    for number, event in enumerate(events):
        match event:
            case {"type": "content_block_stop", "index": index} if index in calls:
                closed.append(index)
            case {"type": "content_block_start" | "message_delta"}:
                starts |= dict.fromkeys(closed, number)
                closed = []
                if event.get("content_block", {}).get("type") == "tool_use":
                    calls.add(event["index"])
    return starts
