# looks like: only the first and the last usage object read, and none between them
# try next: Go through all usage objects of a request, in order.
def cost(requests, prices):
    total = 0
    for usages in requests:
        counts = {**usages[0], **usages[-1]}
        total += sum((counts.get(name) or 0) * price for name, price in prices.items())
    return total / 1e6
