# looks like: both usage objects added up: each is a total up to its event, so the prompt is paid
#   for twice
# try next: The later one takes the place of the earlier.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            for name, count in seen.items():
                usage[name] = usage.get(name, 0) + (count or 0)
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
