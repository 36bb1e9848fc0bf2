# looks like: the last usage object alone: what it leaves out is as the first said, and not 0
# try next: Keep one dict for the request, and update it with each usage object.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = usages[-1]
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
