# looks like: one price for all tokens
# try next: Take each count with the price of its own name.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        for count in usage.values():
            dollars += (count or 0) * prices["output_tokens"] / 1_000_000
    return dollars
