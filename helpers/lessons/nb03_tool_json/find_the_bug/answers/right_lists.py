import json
from collections import defaultdict


def inputs_of(events):
    tools, fragments = [], defaultdict(list)
    for event in events:
        if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use":
            tools.append(event["index"])
        elif event["type"] == "content_block_delta" and "partial_json" in event["delta"]:
            fragments[event["index"]].append(event["delta"]["partial_json"])
    return {index: json.loads("".join(fragments[index]) or "{}") for index in tools}
