again = set("ACFHJ")
ASK_AGAIN = {letter: letter in again for letter in "ABCDEFGHIJ"}
