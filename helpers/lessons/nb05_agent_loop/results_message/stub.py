def results_message(content, outcomes):
    """Return the user message that answers the calls among an assistant's blocks.

    outcomes: by a call's id, what its tool returned, or the exception that it raised.
    A call may have none: its tool was cancelled.
    """
    ...
