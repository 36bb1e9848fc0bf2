# looks like: an `await` in front of a call that is no coroutine: it blocks first, and then there
#   is nothing to wait for
# try next: Hand the function itself, without calling it, to something that runs it elsewhere.
async def read_page(fetch, url):
    return await fetch(url)
