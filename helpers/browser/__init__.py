"""What a kernel in a browser's tab can do, and its other ways to do the rest.

There it has no threads, no processes and no sockets, and the page's event loop runs already.
Everywhere else nothing of this room is in use.

    loops       another event loop, while the page's own waits
    limits      an end for code that never ends
    threads     work for a pool of threads, done at once
    page_loop   the page's loop, made quick
    packages    packages that are fetched when a cell needs them
    machine_only  cells that need a machine say so
    waiting     a view's `wait`, where the page can't block
    cells       the id of the cell that runs
    fetching    requests that leave the tab, through the page's fetch

The offline API in the tab stands in helpers/session/inside.py.
"""

import sys

__all__ = ["IN_BROWSER"]

IN_BROWSER = sys.platform == "emscripten"
