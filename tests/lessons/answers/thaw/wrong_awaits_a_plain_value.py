# misconception: awaits-a-plain-value
async def read_page(fetch, url):
    return await fetch(url)
