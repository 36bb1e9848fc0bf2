# looks like: cached tokens taken off input_tokens, as it is done for another provider: here they
#   were never in it
# try next: Ask which of the counts contains which. In this API none does.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        usage["input_tokens"] -= usage.get("cache_read_input_tokens", 0) or 0
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
