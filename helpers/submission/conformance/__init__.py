"""Does an agent in one file do what it should? Asked over the wire, with fresh random values.

launcher ──▶ process ◀──▶ listener: each case plays the API, and watches what comes back
cases ──▶ suite ──▶ results

An agent is any Python file that keeps to docs/your-agent.md:

    python agent.py [--base-url URL] [--weather-url URL] [--read-timeout SECONDS] PROMPT

It takes its key from ANTHROPIC_API_KEY, talks to the Messages API at --base-url, writes the text
of the answer to standard output as it comes, and has a tool get_weather(city) that asks
GET {weather-url}/weather?city=... for JSON. It ends with 0 if the answer is whole.
"""
