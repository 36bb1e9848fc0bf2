# looks like: a function without `return`
# try next: Return the sum, in dollars.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    print(dollars)
