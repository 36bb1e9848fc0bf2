"""What faces share: from what a model says to what may be shown, and how fast.

Nothing here prints, or knows a terminal or a browser.
"""

from helpers.offered import offered

__all__ = [
    "MarkdownHtml",
    "Sentences",
    "TagSplitter",
]

__getattr__ = offered(
    __name__,
    {
        "MarkdownHtml": "html",
        "Sentences": "sentences",
        "TagSplitter": "tags",
    },
)
