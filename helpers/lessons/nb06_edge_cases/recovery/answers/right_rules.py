def complete(block, answered, before, after):
    kind = block["type"]
    if kind == "text":
        return block["text"].strip() != ""
    if kind == "thinking":
        return "signature" in block and block["signature"] != ""
    if kind == "tool_use":
        return block["id"] in answered and all(b.get("id") != block["id"] for b in before)
    if kind in ("server_tool_use", "mcp_tool_use"):
        again = any(b.get("id") == block["id"] for b in before)
        return not again and any(b.get("tool_use_id") == block["id"] for b in after)
    if "tool_use_id" in block:
        return any(b.get("id") == block["tool_use_id"] for b in before)
    return True


def kept(content, answered):
    rest = [
        block
        for n, block in enumerate(content)
        if complete(block, answered, content[:n], content[n + 1 :])
    ]
    while rest and rest[-1]["type"].endswith("thinking"):
        rest = rest[:-1]
    return rest


def continuation(text):
    tail = text[-200:]
    words = f"Your previous response was interrupted and ended with [{tail}]. Continue from where you left off."
    return {"role": "user", "content": [{"type": "text", "text": words}]}
