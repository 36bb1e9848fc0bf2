# misconception: forgets-the-cache
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
