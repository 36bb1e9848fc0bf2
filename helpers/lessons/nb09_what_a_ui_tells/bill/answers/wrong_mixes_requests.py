# looks like: counts of one request that take the place of another's: totals are totals of their
#   own stream
# try next: Begin with an empty dict for each request.
def cost(requests, prices):
    dollars, usage = 0, {}
    for usages in requests:
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
