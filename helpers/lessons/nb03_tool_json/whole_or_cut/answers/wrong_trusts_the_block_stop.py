# looks like: a `content_block_stop` treated as a proof: a reply that is cut off closes its last
#   block, too
# try next: Read on: what does `message_delta` say about why it stopped?
MAY_RUN = {"A": 1, "B": 1, "C": 1, "D": 1, "E": 0, "F": 2}
