"""The offline API: an HTTP server that streams as the Messages API does.

The rooms and modules in reading order; each opens only those before it. What all of them share:

    errors       a request is refused: the exception that becomes an answer
    chance       random values that come from a seed alone
    plan         what will be sent and when, decided before the first byte leaves
    clock        time as an argument
    pace         when tokens leave
    response     how the Messages API writes what it sends
    chunking     how bytes are cut into network chunks
    faults/      a plan, broken on purpose, or written as other servers write it
    settings     all of that in one value: pace, chunking, fault, seed

Which answer a request gets:

    rules/       what a request must look like, and the error that it gets otherwise
    script/      what an answer can hold, and the files in scenarios/ that say it
    unscripted/  answers that no scenario holds: a learner's own tools, JSON by a schema
    threads      conversations that stay here, so that a request brings only what is new
    recordings/  exchanges in a file, which can be replayed
    state        what the server knows: settings, scenarios, threads, what is being sent

What tells it. An endpoint takes the state and a request, and returns a plan:

    delivery     the last steps of each: its faults, then its network chunks
    messages/    POST /v1/messages, its lists of models and its count of tokens
    openai/      POST /v1/chat/completions and /v1/responses: the same in OpenAI's words
    control      /mock/...: settings and breaks while the server runs
    routes       which path goes to which endpoint
    access       which page may ask what
    engine       all of it: MockAPI.plan() decides, MockAPI.play() waits and sends

How one reaches it:

    connection   the HTTP server's connection: how to hang up in the middle
    app          the engine behind a socket, an ASGI application
    transport    the engine inside this process, behind an httpx client
    server       the program as a child process; __main__ is the program
    tap/         stands between any client and any API; records and checks what passes

It shares no code with the pipeline that the course builds, so that the two can't share a
misunderstanding of the protocol.
"""
