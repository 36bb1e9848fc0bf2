# looks like: a count that is null treated as a number: in JSON, null says that there is nothing to
#   say
# try next: `usage.get(name) or 0` is 0 where there is nothing, and where there is None.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += usage.get(name, 0) * price / 1_000_000
    return dollars
