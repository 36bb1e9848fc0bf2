def cost(requests, prices):
    """Return what a run has cost, in US dollars.

    requests: a list of lists. Each inner list has the usage objects of one request, in order.
        A usage object has counts, such as {"input_tokens": 40, "output_tokens": 1}.
    prices: US dollars for a million tokens, by the name of the count.
    """
    ...
