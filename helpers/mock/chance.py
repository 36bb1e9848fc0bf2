"""Randomness that comes from a seed alone: same request, same bytes, on every machine.

Only `Random.random()` is used, because Python promises its sequence for a given seed across
versions and promises nothing of the kind for `randrange`, `choice` or `shuffle`.
"""

import hashlib
import json
import random
import string

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def fingerprint(value: object, seed: int) -> str:
    """Return a text that is the same for the same JSON value and seed.

    The order of keys doesn't count: it means nothing in JSON.
    """
    canonical = json.dumps([value, seed], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def dice(source: str, purpose: str) -> random.Random:
    """Return the random numbers for one purpose, independent of all other purposes."""
    return random.Random(f"{source}/{purpose}")


def below(numbers: random.Random, limit: int) -> int:
    """Return an integer from 0 up to and without `limit`."""
    return int(numbers.random() * limit)


def identifier(numbers: random.Random, prefix: str, length: int) -> str:
    """Return an id in the API's shape: the prefix and `length` base-62 characters."""
    return prefix + "".join(BASE62[below(numbers, 62)] for _ in range(length))
