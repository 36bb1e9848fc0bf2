CHANGED = {"B", "C", "I"}
MISSING = {"D", "F", "G", "H"}
TURN_IS_OVER = {"H", "I"}

REFUSED = {}
for letter in "ABCDEFGHI":
    REFUSED[letter] = letter in CHANGED or (letter in MISSING and letter not in TURN_IS_OVER)
