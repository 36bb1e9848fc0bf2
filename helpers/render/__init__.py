"""What faces share: from what a model says to what may be shown, and how fast.

Nothing here prints, or knows a terminal or a browser.
"""
