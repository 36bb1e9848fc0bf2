"""Work for a pool of threads, done at once: for packages that make such a pool."""

import concurrent.futures
import concurrent.futures.thread
from collections.abc import Callable
from typing import Any

__all__ = ["work_at_once"]


class _AtOnce(concurrent.futures.Executor):
    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> "concurrent.futures.Future[Any]":
        """Call a function now."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def work_at_once() -> None:
    """Let every pool of threads do its work on the one thread that there is."""
    for module in (concurrent.futures, concurrent.futures.thread):
        module.ThreadPoolExecutor = _AtOnce  # type: ignore[attr-defined]
