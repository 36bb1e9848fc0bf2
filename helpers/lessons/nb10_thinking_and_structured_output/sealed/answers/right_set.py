REFUSED = {letter: letter in "BCDFGI" for letter in "ABCDEFGHI"}
