# looks like: the largest count taken, where the newest holds
# try next: A later count takes the place of an earlier one, also if it is smaller.
def cost(requests, prices):
    total = 0
    for usages in requests:
        for name, price in prices.items():
            total += max((seen.get(name) or 0) for seen in usages) * price
    return total / 1e6
