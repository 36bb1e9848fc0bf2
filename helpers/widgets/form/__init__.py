"""An answer that is data, filled in field by field."""
