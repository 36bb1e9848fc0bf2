# misconception: takes-the-first
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = usages[0]
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
