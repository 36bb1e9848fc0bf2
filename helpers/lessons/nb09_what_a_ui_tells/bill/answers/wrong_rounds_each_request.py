# looks like: amounts rounded before they were added: a tenth of a cent a request is a bill after a
#   thousand
# try next: Add up what it is, and round what you show.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen
        one = sum((usage.get(name) or 0) * price for name, price in prices.items())
        dollars += round(one / 1_000_000, 4)
    return dollars
