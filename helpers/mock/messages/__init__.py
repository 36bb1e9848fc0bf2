"""The Messages API: which content answers a conversation, and how it is told.

situation.py  where a conversation stands
prefill.py    goes on from an answer that the client began
thinking.py   whether an answer shows its thinking
answer.py     which content answers a conversation
tokens.py     text in tokens
usage.py      what a request costs to read
blocks.py     content blocks, whole and in deltas
message.py    the answer as one value, cut at max_tokens and stop sequences
events.py     that value as server-sent events, each with its time
create.py     POST /v1/messages
listing.py    GET /v1/models, POST /v1/messages/count_tokens
"""
