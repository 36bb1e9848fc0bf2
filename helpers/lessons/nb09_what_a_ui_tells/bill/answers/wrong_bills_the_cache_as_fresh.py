# looks like: tokens from the cache at the full price
# try next: Take each count with the price of its own name.
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
