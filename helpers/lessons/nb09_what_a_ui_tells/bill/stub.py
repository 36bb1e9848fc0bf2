def cost(requests, prices):
    """Return what a run has cost, in US dollars.

    requests: one list for each request of the run; in it, the usage objects of its stream, as
        they came. Each holds counts, such as {"input_tokens": 40, "output_tokens": 1}.
    prices: US dollars for a million tokens, by the name of the count.
    """
    ...
