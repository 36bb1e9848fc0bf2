"""Other APIs, told in the same events; and which models there are at what price."""

from helpers.lazy_names import offer_names

__all__ = [
    "DEFAULT_LIVE_MODEL",
    "PROVIDERS",
    "open_chat",
    "price",
]

__getattr__ = offer_names(
    __name__,
    {
        "DEFAULT_LIVE_MODEL": "models",
        "PROVIDERS": "openai",
        "open_chat": "openai",
        "price": "models",
    },
)
