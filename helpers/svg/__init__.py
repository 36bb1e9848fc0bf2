"""Pictures without a plotting library: drawing primitives, scales, plots."""

from helpers.lazy_names import offer_names

__all__ = ["plots"]

__getattr__ = offer_names(__name__, {"plots": "plots"})
