# misconception: not-answered
REFUSED = {"A": False, "B": True, "D": True}
