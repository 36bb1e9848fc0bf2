def cost(requests, prices):
    tokens = dict.fromkeys(prices, 0)
    for usages in requests:
        for name in prices:
            counts = [usage[name] for usage in usages if name in usage]
            if counts and counts[-1] is not None:
                tokens[name] += counts[-1]
    return sum(tokens[name] * prices[name] for name in prices) / 1_000_000
