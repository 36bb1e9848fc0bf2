"""Answers that are data: JSON by a schema, and its fields while they are written."""

from helpers.structured.answer import (
    Invalid,
    NoAnswer,
    Refused,
    StructuredAnswer,
    Truncated,
    format_of,
    schema_of,
)

__all__ = [
    "Invalid",
    "NoAnswer",
    "Refused",
    "StructuredAnswer",
    "Truncated",
    "format_of",
    "schema_of",
]
