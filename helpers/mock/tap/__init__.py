"""The tap: stands between any client and any compatible API, and records what goes through.

events.py            bytes cut into the blocks of an event stream
messages_checker.py  what a stream of the Messages API must not do
openai_checkers.py   the same for OpenAI's two
protocol.py          one stream, read and held to its rules
screen.py            what the terminal shows
observer.py          records, counts and checks one exchange
proxy.py             passes each request on and each response back
__main__.py          the program
"""
