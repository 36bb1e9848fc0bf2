DANGEROUS = {letter: letter in "BCEGHI" for letter in "ABCDEFGHI"}
