# looks like: the right counts in another unit: the prices are for a million tokens, and the sum is
#   in dollars
# try next: Divide by 1_000_000, once.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000
    return dollars
