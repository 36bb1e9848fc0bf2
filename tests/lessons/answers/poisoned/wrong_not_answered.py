# misconception: not-answered
REFUSED = {"A": False, "B": True, "C": ...}
