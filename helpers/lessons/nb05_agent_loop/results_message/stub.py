def results_message(content, outcomes):
    """Return the user message that answers the calls among an assistant's blocks.

    outcomes: a dict. Key: a call's id. Value: what its tool returned, or the exception that
        it raised. The call of a cancelled tool has no entry.
    """
    ...
