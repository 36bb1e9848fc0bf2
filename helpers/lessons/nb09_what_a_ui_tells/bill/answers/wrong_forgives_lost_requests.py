# looks like: a request that broke off for nothing: its prompt was read, and what it had written is
#   paid for
# try next: A list with one usage object is a request like any other.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        if len(usages) < 2:
            continue
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
