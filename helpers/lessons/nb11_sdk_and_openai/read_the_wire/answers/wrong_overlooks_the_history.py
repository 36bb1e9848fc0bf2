# looks like: a stream without a fault, which it is; what the client made of it stands in its next
#   request
# try next: Read the assistant's message in the second request aloud.
FAULT = {"A": 4, "B": 1, "C": 5, "D": 5, "E": 6}
