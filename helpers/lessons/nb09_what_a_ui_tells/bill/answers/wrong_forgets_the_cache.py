# looks like: tokens from the cache for nothing: they are cheap, and there are many
# try next: There are four prices, and a count for each.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            if "cache" in name:
                continue
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
