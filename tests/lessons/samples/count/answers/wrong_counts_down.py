# looks like: counting down
# try next: Count `up`.
def count(n):
    return list(range(n))[::-1]
