"""What a person asked: a user message without what a client put beside their words.

Coding clients send reminders, the state of an editor and the like in the same message, each in
a tag of its own. Clients that know no tool results send them as text, "Observation: 23 °C".
Neither is a prompt.
"""

import re
from typing import Any

# Tags around the person's own words; what stands outside of them is the client's.
ASKS = "task|user_?(?:query|request|message|prompt|input)|query|question|feedback"
# Tags around what a client adds, by the beginning of their name.
ADDED = (
    r"system|reminder|environment|env|ide|editor|local[-_]command|command|context|workspace"
    r"|additional|attach(?:ed|ment)|open|recent|current|visible|git|project|memor(?:y|ies)|rules"
    r"|todo|available|agent|session|background|selected|selection|cursor|instructions"
    r"|user[-_]?(?:info|instructions|rules|prompt-submit-hook|context|environment)|post-tool|hook"
)
ASKED = re.compile(rf"<({ASKS})\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
BESIDE = re.compile(rf"<((?:{ADDED})[\w-]*)\b[^>]*>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)

# How a tool's result begins where a client sends it as text.
RESULT = re.compile(
    r"\s*(?:\*\*|#+ *)?(?:"
    r"observations?|(?:tool|function|command|execution|action|code)[ _-]?"
    r"(?:call )?(?:results?|outputs?|responses?|logs?|returned)"
    r"|(?:results?|outputs?|response) (?:of|from)\b[^\n:]{0,80}"
    r"|\[[\w .-]{1,60}(?: for [^\]\n]{0,200})?\] (?:result|output)"
    r")[^\n:]{0,80}:(?:\*\*)?\s*",
    re.IGNORECASE,
)
RESULT_TAG = re.compile(
    r"\s*<((?:tool|function)[-_]?(?:call[-_]?)?(?:results?|outputs?|responses?)|observations?)"
    r"\b[^>]*>\s*(.*?)\s*(?:</\1>\s*\Z|\Z)",
    re.DOTALL | re.IGNORECASE,
)


# Agents that keep no messages write all that happened into one, and end it where the model is
# to go on.
SCRATCHPAD = re.compile(
    r"\bAction(?: Input)?:.*\nObservation:\s*(\S.*?)\s*(?:\n+Thought:\s*)?\Z", re.DOTALL
)


def read_question(content: object) -> str:
    """Return what a user message asks; all of its text if nothing else is left of it."""
    text = text_of(content)
    if "<" not in text:
        return text
    if own := [found[2].strip() for found in ASKED.finditer(text)]:
        return "\n".join(own)
    return BESIDE.sub("", text).strip() or text


def is_beside(content: object) -> bool:
    """Tell whether a user message is only what a client added."""
    text = text_of(content)
    return "<" in text and not ASKED.search(text) and not BESIDE.sub("", text).strip()


def result_in(content: object) -> str | None:
    """Return the tool's result that a message tells as text; None if it tells none."""
    text = BESIDE.sub("", text_of(content)) if is_text(content) else ""
    if found := RESULT_TAG.match(text):
        return found[2]
    if found := RESULT.match(text):
        return text[found.end() :].strip()
    return None


def result_in_notes(content: object) -> str | None:
    """Return the last result in an agent's notes of its own; None if a message has none."""
    text = text_of(content) if is_text(content) or isinstance(content, str) else ""
    found = SCRATCHPAD.search(text) if "Observation:" in text else None
    return found[1] if found else None


def wants_final_answer(request: dict[str, Any]) -> bool:
    """Tell whether a client looks for a line that begins with Final Answer."""
    said = [request.get("system"), *(message["content"] for message in request["messages"])]
    return any("Final Answer:" in text_of(content) for content in said)


def is_text(content: object) -> bool:
    """Tell whether a message is text alone."""
    blocks = content if isinstance(content, list) else []
    return all(isinstance(one, dict) and one.get("type") == "text" for one in blocks)


def text_of(content: Any) -> str:
    """Return the text of a message's content."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        blocks = [block for block in content if isinstance(block, dict)]
        return "\n".join(str(block["text"]) for block in blocks if block.get("type") == "text")
    return ""
