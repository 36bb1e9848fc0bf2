# looks like: counts that are expected in every usage object; one that is 0 may be missing
# try next: `usage.get(name)` is None where there is none.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += usage[name] * price / 1_000_000
    return dollars
