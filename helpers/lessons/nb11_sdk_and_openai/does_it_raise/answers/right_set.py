RAISES = dict.fromkeys("ABCDEFGHI", False)
RAISES["B"] = RAISES["I"] = True
