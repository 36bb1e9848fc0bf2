"""A seat in a class: joining it, what the instructor says, a raised hand, and leaving."""
