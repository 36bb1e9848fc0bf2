# looks like: an ordinary link treated as dangerous: the reader sees where it leads, and decides
# try next: Compare it with C. What happens without a click, and what with one?
DANGEROUS = {
    "A": False,
    "B": True,
    "C": True,
    "D": False,
    "E": True,
    "F": True,
    "G": True,
    "H": True,
    "I": True,
}
