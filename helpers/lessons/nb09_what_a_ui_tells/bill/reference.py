def cost(requests, prices):
    """Return what a run has cost, in US dollars."""
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen  # totals: the newest takes the place of the older
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
