# misconception: bills-the-cache-as-fresh
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for name, price in prices.items():
            price = prices["input_tokens"] if "cache" in name else price
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
