"""Pictures without a plotting library: drawing primitives, scales, plots."""

from helpers.offered import offered

__all__ = ["plots"]

__getattr__ = offered(__name__, {"plots": "plots"})
