# misconception: not-answered
ASK_AGAIN = {"A": True, "B": False, "C": ..., "D": ...}
