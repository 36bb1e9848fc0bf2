# looks like: a look out for <script> alone: an attribute whose name begins with on holds a script,
#   too
# try next: There is no picture at the address x. What happens then?
DANGEROUS = {
    "A": False,
    "B": False,
    "C": True,
    "D": False,
    "E": True,
    "F": False,
    "G": True,
    "H": True,
    "I": True,
}
