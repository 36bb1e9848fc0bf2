"""Answers that no scenario holds, written from the prompt alone.

Values in a prompt, and a JSON Schema that wants some:

    clues.py          spans of the prompt that look like values
    schema_reader.py  a schema's parts in one, its choices in order
    slots.py          what a property wants, and how well a clue fits
    switches.py       booleans that the prompt asks for
    slot_filling.py   each clue goes to the property that it fits best
    patterns.py       texts that match a regular expression
    values.py         writes the input, and makes up what the prompt doesn't give
    tool_input.py     all of that for one tool

The answers:

    runners.py        tools that run what they get: nothing is made up for these
    tool_results.py   what a tool's result says
    own_tools.py      calls of tools that no scenario knows, and the words after them
    any_json.py       JSON without a schema
    structured.py     answers that are JSON
    tutorials.py      prompts that people paste first, with a number or a topic of their own
"""
