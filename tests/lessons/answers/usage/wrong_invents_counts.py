# misconception: invents-counts
def usage_of(events):
    return {"output_tokens": sum(event["type"] == "content_block_delta" for event in events),
            "input_tokens": 40, "cache_read_input_tokens": 0}
