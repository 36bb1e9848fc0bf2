FAULT = dict(zip("ABCDE", (4, 1, 3, 5, 6), strict=True))
