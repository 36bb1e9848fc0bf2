FAULT = {
    "A": 4,  # stop_reason max_tokens, and the next request has a result for the call
    "B": 1,  # no "stream" in the body, and an answer of type application/json
    "C": 3,  # the haiku goes back without its spaces
    "D": 5,  # the client left after content_block_stop; the call had not even begun
    "E": 6,  # the pieces say Lagos, the request that follows says {}
}
