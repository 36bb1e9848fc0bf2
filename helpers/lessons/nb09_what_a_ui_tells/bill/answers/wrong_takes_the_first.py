# looks like: the first usage object alone: at the first token, nearly all of the answer is still
#   to come
# try next: Take the counts as they stand at the end of the stream.
def cost(requests, prices):
    dollars = 0
    for usages in requests:
        usage = usages[0]
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
