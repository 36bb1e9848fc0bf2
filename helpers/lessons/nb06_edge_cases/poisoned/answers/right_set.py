REFUSED = {letter: letter in "BDEFGI" for letter in "ABCDEFGHI"}
