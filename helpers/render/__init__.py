"""What faces share: pure functions from what a model says to what may be shown.

Nothing here prints, waits or knows a terminal or a browser.
"""
