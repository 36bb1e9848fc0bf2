"""Names that a room offers, each imported when somebody first asks for it.

A notebook imports from a room, `from helpers.web import make_app`; another room imports one of its
modules, and must not wait for FastAPI because of that.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["offer_names"]


def offer_names(room: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that offers names of its modules.

    Args:
        room: the package, such as "helpers.web".
        modules: a name -> its module within the package; a module offered as a whole has its own.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"{room} offers no {name!r}; it offers {', '.join(modules)}")
        module = import_module(f"{room}.{modules[name]}")
        return module if modules[name].rpartition(".")[2] == name else getattr(module, name)

    return get
