# misconception: one-price-for-all
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for count in usage.values():
            dollars += (count or 0) * prices["output_tokens"] / 1_000_000
    return dollars
