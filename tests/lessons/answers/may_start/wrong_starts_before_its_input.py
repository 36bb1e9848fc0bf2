# misconception: starts-before-its-input
def may_start(events):
    return {
        event["index"]: number
        for number, event in enumerate(events)
        if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use"
    }
