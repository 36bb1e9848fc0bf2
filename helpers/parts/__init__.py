"""Parts of the build as a learner writes them, where the library has more to do than its part.

dispatch ◀── helpers/dispatch.py     places, progress, deadlines, a turn asked for again
loop     ◀── helpers/agent.py        events of its own, further attempts, a word in between
recovery ◀── helpers/history.py      the conversation as a value, paused turns, half characters
retry    ◀── helpers/retry.py        patience that can be set, errors by name, silence

Each module here is the answer key of its exercise, with the interface of the stub; the module
beside it takes what it says and adds a layer. `sse`, `text` and `message` have no such layer:
helpers/sse.py, client.py and message.py are the parts themselves.
"""
