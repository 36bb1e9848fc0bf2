from collections import ChainMap


def cost(requests, prices):
    totals = [ChainMap(*reversed(usages)) for usages in requests]
    return sum((one.get(name) or 0) * price for one in totals for name, price in prices.items()) / 1e6
