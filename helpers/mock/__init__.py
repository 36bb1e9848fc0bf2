"""The offline API: an HTTP server that streams as the Messages API does.

Read it in this order; each module makes what the next one takes:

    settings.py   how the API should behave: pace, chunking, fault, seed
    rules/        what a request must look like, and the error it gets if it doesn't
                  (access.py: which pages may ask; facts.py: what each model takes;
                  signing.py: seals on thinking)
    threads.py    the conversations that stay here, so that a request brings only what is new
    scenarios.py  which content answers this conversation (the YAML files in scenarios/, which
                  scenario_files.py reads; parts.py says what they can hold; prompts.py finds
                  the prompt, prefill.py goes on from an answer that the client began)
    own_tools.py  a call to a tool that no scenario knows: which one (clues.py), with what
                  input (tool_input.py, by schemas.py and patterns.py; runners.py: which tools
                  run what they get), and what its result says (tool_results.py)
    tutorials.py  the prompts that people paste first, with a number or a topic of their own
    structured.py answers that are JSON (any_json.py: without a schema)
    message.py    that content as a finished message, cut at max_tokens and stop sequences
                  (blocks.py writes each block, usage.py counts what the request costs)
    wire.py       that message as server-sent events, each with the time when it leaves
    faults/       those bytes, broken on purpose, or written as other servers do (quirks.py)
    chunking.py   what is left, cut into network chunks (delivery.py puts the two behind
                  every endpoint's answer)
    messages.py   POST /v1/messages, from request to plan; listing.py and control.py answer
                  the smaller endpoints
    engine.py     all of it: MockAPI.plan() decides, MockAPI.play() waits and sends
    app.py        the engine behind a real socket (ASGI; connection.py writes and hangs up);
                  server.py starts it as a child process
    transport.py  the engine inside this process, behind an httpx client without a socket

The same answers are told in OpenAI's words too, from scenarios.py on:

    openai_chat.py       as chat completions, in chunks without names
    openai_responses.py  as responses, in events with names and numbers
    openai_frame.py      what both share: keys, errors, headers, and how an answer is delivered

Beside it stands the tap, which looks at what passes between any client and any API:

    tap.py        passes everything on as it comes; terminal.py shows it
    protocol.py   what a stream does against its protocol, in words
    recording.py  what passed, in a file that can be read and replayed; scrub.py keeps keys out

It shares no code with the pipeline that the course builds, so that the two can't share a
misunderstanding of the protocol.
"""
