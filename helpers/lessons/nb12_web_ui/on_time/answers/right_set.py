ON_TIME = {letter: letter in "ACFH" for letter in "ABCDEFGH"}
