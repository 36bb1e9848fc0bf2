# looks like: everything dropped that stands after thinking without a signature
# try next: Leave out that block alone, and look at the next one.
import copy


def kept(content, answered):
    seen, blocks = set(), copy.deepcopy(list(content))
    results = {b.get("tool_use_id") for b in blocks}
    out = []
    for b in blocks:
        t = b["type"]
        if t == "text" and not b["text"].strip():
            continue
        if t == "thinking" and not b.get("signature"):
            break
        if "id" in b:
            if b["id"] in seen:
                continue
            if t == "tool_use" and b["id"] not in answered:
                continue
            if t == "server_tool_use" and b["id"] not in results:
                continue
            seen.add(b["id"])
        if "tool_use_id" in b and b["tool_use_id"] not in seen:
            continue
        out.append(b)
    for b in reversed(list(out)):
        if b["type"] not in ("thinking", "redacted_thinking"):
            break
        out.pop()
    return out


def continuation(text):
    return dict(
        role="user",
        content="Your previous response was interrupted and ended with [" + text[-200:] + "]."
        " Continue from where you left off.",
    )
