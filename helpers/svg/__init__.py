"""Pictures without a plotting library: drawing primitives, scales, plots."""
