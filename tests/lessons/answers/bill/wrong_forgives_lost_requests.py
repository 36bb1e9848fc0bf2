# misconception: forgives-lost-requests
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
