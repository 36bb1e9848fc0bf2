async def later(n):
    return n
