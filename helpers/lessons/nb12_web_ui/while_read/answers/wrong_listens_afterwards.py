# looks like: one that begins when the other has ended: while you write, nobody listens
# try next: Make a task of each, and only then wait.
async def while_read(send, stop):
    await send()
    return "sent"
