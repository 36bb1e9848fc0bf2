"""Connections that a cancelled request leaves in its client's pool."""

import httpx

__all__ = ["close_abandoned"]


async def close_abandoned(http: httpx.AsyncClient, url: httpx.URL) -> None:
    """Close each connection that is in use and that no request is on.

    A request that is cancelled just after its connection was opened leaves it behind:
    httpcore neither uses such a connection again nor closes it, and one place of the pool is
    lost each time.
    Source: https://github.com/encode/httpcore/issues/1093

    Args:
        http: the client whose request was cancelled.
        url: where that request went.
    """
    import httpcore  # httpx loads it late, too: it takes 20 ms

    pool = getattr(http._transport_for_url(url), "_pool", None)
    if not isinstance(pool, httpcore.AsyncConnectionPool):
        return  # a transport without sockets, or a browser's
    taken = [request.connection for request in pool._requests]
    for connection in pool.connections:
        if connection not in taken and not connection.is_idle():
            pool._connections.remove(connection)
            await connection.aclose()
