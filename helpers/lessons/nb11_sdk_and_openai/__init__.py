"""Notebook 11: the SDKs, and OpenAI's APIs."""

TITLE = "With an SDK, and with OpenAI"
TURNS = "the same task, three ways"
MINUTES = (40, 35)
ORDER = ("does_it_raise", "chat_calls", "read_the_wire")
