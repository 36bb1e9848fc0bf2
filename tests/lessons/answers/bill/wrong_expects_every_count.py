# misconception: expects-every-count
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += usage[name] * price / 1_000_000
    return dollars
