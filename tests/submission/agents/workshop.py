"""An agent as a workshop's first evening leaves it: right in good weather, lost in bad."""

# ruff: noqa: T201

import argparse
import json
import os
import sys

import httpx

parser = argparse.ArgumentParser()
parser.add_argument("prompt")
parser.add_argument("--base-url", default="https://api.anthropic.com")
parser.add_argument("--weather-url")
chosen = parser.parse_args()

HEADERS = {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
TOOLS = [
    {
        "name": "get_weather",
        "description": "Get the current weather of a city.",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
]


def get_weather(city):
    if not chosen.weather_url:
        return {"city": city, "weather": "18 degrees"}
    return httpx.get(chosen.weather_url + "/weather", params={"city": city}).text


def stream_events(messages):
    body = {"model": "any", "max_tokens": 2048, "messages": messages, "stream": True}
    body["tools"] = TOOLS
    url = chosen.base_url + "/v1/messages"
    with httpx.stream("POST", url, headers=HEADERS, json=body, timeout=60) as response:
        for line in response.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line[5:])


def turn(messages):
    texts, calls, results, partial, stop_reason = {}, [], [], {}, None
    for event in stream_events(messages):
        if event["type"] == "content_block_start":
            block = event["content_block"]
            if block["type"] == "text":
                texts[event["index"]] = ""
            elif block["type"] == "tool_use":
                partial[event["index"]] = (block, [])
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            if delta["type"] == "text_delta":
                sys.stdout.write(delta["text"])
                sys.stdout.flush()
                texts[event["index"]] += delta["text"]
            elif delta["type"] == "input_json_delta":
                partial[event["index"]][1].append(delta["partial_json"])
        elif event["type"] == "content_block_stop" and event["index"] in partial:
            block, pieces = partial[event["index"]]
            given = json.loads("".join(pieces) or "{}")
            calls.append({**block, "input": given})
            content = str(get_weather(**given))
            results.append({"type": "tool_result", "tool_use_id": block["id"], "content": content})
        elif event["type"] == "message_delta":
            stop_reason = event["delta"].get("stop_reason", stop_reason)
        elif event["type"] == "message_stop":
            break
    print()
    said = [{"type": "text", "text": text} for text in texts.values()]
    return said + calls, results, stop_reason


conversation = [{"role": "user", "content": chosen.prompt}]
for _ in range(10):
    reply, found, reason = turn(conversation)
    conversation.append({"role": "assistant", "content": reply})
    if reason != "tool_use":
        break
    conversation.append({"role": "user", "content": found})
