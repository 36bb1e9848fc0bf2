"""OpenAI's two endpoints: the answers of the Messages API, told in OpenAI's words.

errors.py             errors and headers in OpenAI's shape
checks.py             small checks of a value's type, in OpenAI's words
frame.py              a key, a size, and errors around each endpoint
models.py             GET /v1/models
output.py             the format of an answer: text, JSON, JSON by a schema
requests.py           what the requests of both share
answers.py            what the answers of both share
chat_request.py       a request for a chat completion, as the Messages API has it
chat.py               POST /v1/chat/completions: chunks without names
responses_request.py  a request for a response, as the Messages API has it
responses.py          POST /v1/responses: events with names and numbers
"""
