"""The code behind the notebooks: a streaming agent, and what the course builds around it.

Bytes become what a person sees, and nothing moves back:

    bytes ─▶ event ─▶ update ─▶ agent event ─▶ what a person sees
         sse, client   message      agent          render, terminal, web, widgets

The rooms, in reading order. The agent, a stage a file, in the order of the notebooks:

    sse         bytes in, server-sent events out
    client      one request, and its answer as a stream of event dicts
    message     events in, one message out, and the calls that are complete
    tools       typed Python functions that a model may call
    dispatch    tools that run while the answer still streams
    history     the conversation as a value that the API accepts
    retry       what is worth another try, how long to wait, when to give up
    agent       turns of the model and runs of its tools, as one stream of events
    parts       four parts as a learner writes them; dispatch, history, retry and agent add to them
    clock       time as an argument of all of them

What they stand on, and what composes or observes them:

    browser     what a kernel in a browser's tab can do, and its other ways to do the rest
    wire        payloads, failures, tool input, keys: what the wires of all APIs share
    streams     between a stream and its consumer: a queue, backpressure, a file
    providers   other APIs in the same events; models and prices
    structured  answers that are data: JSON by a schema, read while it is written
    team        agents that ask other agents
    telemetry   a trace of a run

Whom one talks to, and who shows it:

    session     where requests go and what they cost; the notebooks' clients
    assistant   the ready-made agent, its tools and options
    render      pure functions: from events to what may be shown
    terminal    the agent in a terminal
    web         the agent behind a server, and its pages
    svg         pictures without a plotting library
    simulation  runs on a virtual clock, behind views and exercises
    widgets     the live views

The other side, and the course:

    mock        the offline API: an HTTP server that streams as the real one does
    typescript  a program for Node.js, which reads the same stream
    lessons     checking, the learner, a folder for each notebook, in it one an exercise
    submission  one file from the learner's parts; report, recording, verifier
    classroom   a class's server and its board; a seat in it
    site        the course as files for any web server, to read and to run in a browser
    course      the notebooks' one import
    site        the course as files for any web server, to run with nothing installed
    environment what course.py installs, and how
    house       the picture of these rooms, drawn from their imports
    lazy_names  names of a room that are imported when somebody asks for them
    old_names   old names of modules, which work for a year

tests/test_architecture.py holds which room may open which.
"""

from helpers import old_names

old_names.watch()
