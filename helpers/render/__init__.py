"""What front ends share: what a run means, and how what a model says may be shown.

run_state reads a run's events, once for all of them; endings has the words for its end. Nothing
here prints, or knows a terminal or a browser.
"""

from helpers.lazy_names import offer_names

__all__ = [
    "MarkdownHtml",
    "Sentences",
    "TagSplitter",
]

__getattr__ = offer_names(
    __name__,
    {
        "MarkdownHtml": "html",
        "Sentences": "sentences",
        "TagSplitter": "tags",
    },
)
