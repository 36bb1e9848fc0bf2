# looks like: tokens from the cache paid twice, at both prices: input_tokens doesn't contain them
#   here
# try next: Let each count meet one price.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        usage["input_tokens"] += usage.get("cache_read_input_tokens", 0) or 0
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
