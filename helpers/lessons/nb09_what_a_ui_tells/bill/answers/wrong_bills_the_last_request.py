# looks like: one request for the run: each turn is a request, and each is paid for
# try next: Go through all lists.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage, dollars = {}, 0
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
