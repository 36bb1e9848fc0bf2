# misconception: listens-afterwards
async def while_read(send, stop):
    await send()
    return "sent"
